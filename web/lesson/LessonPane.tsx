// The pane of reading: which lessons there are, what this one says, whether its checks hold, and its questions.
import { useEffect, useMemo, useRef, useState } from 'react'
import Markdown from 'react-markdown'
import type { Lesson } from '../../engine/lesson'
import { QuizPane } from '../quiz'
import { hasSameFiles, useApp } from '../store'
import { Button, Icon } from '../ui'
import { CheckList } from './CheckList'
import { LessonList } from './LessonList'
import { isQuestionPlace, lessonOf, neighboursOf } from './places'
import { SourceList } from './SourceList'
import { useLesson } from './use-lesson'
import './lesson.css'

type View = 'text' | 'questions' | 'list'

/** Lesson list, lesson and questions of the open place. */
export function LessonPane() {
  const placeId = useApp((s) => s.place.id)
  const catalog = useApp((s) => s.catalog)
  const opening = useApp((s) => s.opening)
  const openPlace = useApp((s) => s.openPlace)
  const folder = lessonOf(placeId)
  const reading = useLesson(folder)
  const [view, setView] = useState<{ readonly folder: string; readonly view: View }>({ folder, view: 'text' })
  const { before, after, where } = useMemo(() => neighboursOf(catalog, folder), [catalog, folder])
  const lesson = reading.kind === 'open' ? reading.lesson : null
  const shown: View = view.folder === folder ? view.view : isQuestionPlace(placeId) ? 'questions' : 'text'
  const show = (next: View) => setView({ folder, view: next })
  const open = (id: string) => {
    setView({ folder: id, view: 'text' })
    void openPlace(id)
  }

  // A new page is read from its top; the first one is there already.
  const page = useRef<HTMLDivElement>(null)
  useEffect(() => {
    page.current?.scrollTo({ top: 0 })
  }, [folder, shown])

  const isList = shown === 'list' || (reading.kind === 'none' && shown === 'text')
  return (
    <div className="ls">
      <div className="ls-bar">
        {reading.kind !== 'none' && (
          <Button
            look="quiet"
            icon
            aria-label={isList ? 'Back to the lesson' : 'All lessons'}
            aria-expanded={isList}
            onPress={() => show(isList ? 'text' : 'list')}
          >
            <Icon name={isList ? 'cross' : 'list'} />
          </Button>
        )}
        <span className="ls-eyebrow ls-where">{isList ? 'All lessons' : where}</span>
        <span className="spacer" />
        {!isList && lesson && <span className="ls-eyebrow num">{lesson.minutes} min</span>}
      </div>

      {!isList && lesson && (
        <div className="ls-views" role="tablist" aria-label="Parts of the lesson">
          <ViewTab name="Read" isOn={shown === 'text'} onChoose={() => show('text')} />
          <ViewTab
            name={`Questions ${lesson.questions.length}`}
            isOn={shown === 'questions'}
            onChoose={() => show('questions')}
          />
        </div>
      )}

      <div className="ls-page" ref={page} tabIndex={-1}>
        {opening.kind === 'failed' && (
          <p className="ls-trouble" role="alert">
            This lesson could not be opened: {opening.message}
          </p>
        )}
        {isList ? (
          <LessonList onOpen={open} current={folder} />
        ) : reading.kind === 'failed' ? (
          <p className="ls-trouble" role="alert">
            This lesson could not be read: {reading.message}
          </p>
        ) : lesson === null ? (
          <p className="ls-quiet">Fetching the lesson.</p>
        ) : shown === 'questions' ? (
          <QuizPane lesson={lesson} />
        ) : (
          <LessonText lesson={lesson} />
        )}
      </div>

      {!isList && lesson && (
        <div className="ls-foot">
          {shown === 'questions' ? (
            <Button look="quiet" onPress={() => show('text')}>
              <Icon name="back" size={14} /> Back to the text
            </Button>
          ) : (
            <Button look="quiet" isDisabled={before === null} onPress={() => before && open(before.id)}>
              <Icon name="back" size={14} /> Back
            </Button>
          )}
          <span className="spacer" />
          {shown === 'text' && lesson.questions.length > 0 ? (
            <Button onPress={() => show('questions')}>
              Questions <Icon name="chevron" size={14} />
            </Button>
          ) : (
            after !== null && (
              <Button onPress={() => open(after.id)}>
                Next lesson <Icon name="chevron" size={14} />
              </Button>
            )
          )}
        </div>
      )}
    </div>
  )
}

function ViewTab(props: { readonly name: string; readonly isOn: boolean; readonly onChoose: () => void }) {
  return (
    <button
      type="button"
      role="tab"
      className="ls-view"
      aria-selected={props.isOn}
      tabIndex={props.isOn ? 0 : -1}
      onClick={props.onChoose}
      onKeyDown={(event) => {
        if (event.key !== 'ArrowRight' && event.key !== 'ArrowLeft') return
        const other = event.key === 'ArrowRight' ? 'nextElementSibling' : 'previousElementSibling'
        const tab = event.currentTarget[other]
        if (tab instanceof HTMLElement) {
          tab.focus()
          tab.click()
        }
      }}
    >
      {props.name}
    </button>
  )
}

function LessonText({ lesson }: { readonly lesson: Lesson }) {
  const place = useApp((s) => s.place)
  const files = useApp((s) => s.files)
  const shelf = useApp((s) => s.shelf[s.place.id])
  const openPlace = useApp((s) => s.openPlace)
  const loadSolution = useApp((s) => s.loadSolution)
  const resetFiles = useApp((s) => s.resetFiles)
  const takeBack = useApp((s) => s.takeBack)
  const isElsewhere = isQuestionPlace(place.id)
  const isSolution = place.solution !== null && hasSameFiles(files, place.solution)
  const isStart = hasSameFiles(files, place.start)
  return (
    <article className="ls-text">
      <h1>{lesson.title}</h1>
      <Markdown>{lesson.prose}</Markdown>
      {isElsewhere ? (
        <div className="ls-elsewhere">
          <p>The editor holds the program of a question.</p>
          <Button onPress={() => void openPlace(lesson.folder)}>Open the lesson’s program</Button>
        </div>
      ) : (
        <>
          <CheckList source={lesson.checksSource} />
          <div className="ls-acts">
            <Button isDisabled={isSolution} onPress={loadSolution}>
              Show the solution
            </Button>
            <Button look="quiet" isDisabled={isStart} onPress={resetFiles}>
              Reset to the start
            </Button>
            {shelf !== undefined && !hasSameFiles(shelf, files) && (
              <Button look="quiet" onPress={takeBack}>
                Take back what you had
              </Button>
            )}
          </div>
        </>
      )}
      <SourceList lesson={lesson} />
    </article>
  )
}
