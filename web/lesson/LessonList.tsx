// All lessons by chapter, each with its minutes and whether it is done.
import { useMemo } from 'react'
import { useApp } from '../store'
import { Icon } from '../ui'
import { byChapter } from './places'

/** The list of lessons; choosing one opens it. */
export function LessonList({ onOpen, current }: { readonly onOpen: (id: string) => void; readonly current: string }) {
  const catalog = useApp((s) => s.catalog)
  const progress = useApp((s) => s.progress)
  const chapters = useMemo(() => byChapter(catalog), [catalog])
  const loose = catalog.filter((place) => place.chapter === null)
  return (
    <nav className="ls-list" aria-label="Lessons">
      <h1>Watch a request go through your code</h1>
      <p>
        Change the program, press Run, and follow the request through each layer and out again. A lesson is one idea and
        a few minutes.
      </p>
      {loose.map((place) => (
        <ul key={place.id}>
          <Item
            id={place.id}
            title={place.title}
            minutes={place.minutes}
            isCurrent={place.id === current}
            isDone={false}
            onOpen={onOpen}
          />
        </ul>
      ))}
      {chapters.map((chapter) => (
        <section key={chapter.title} aria-label={chapter.title}>
          <h2>{chapter.title}</h2>
          <ul>
            {chapter.places.map((place) => (
              <Item
                key={place.id}
                id={place.id}
                title={place.title}
                minutes={place.minutes}
                isCurrent={place.id === current}
                isDone={progress[place.id]?.isDone ?? false}
                onOpen={onOpen}
              />
            ))}
          </ul>
        </section>
      ))}
      <p className="ls-quiet">What you do is kept in this browser only.</p>
    </nav>
  )
}

interface ItemProps {
  readonly id: string
  readonly title: string
  readonly minutes: number | null
  readonly isCurrent: boolean
  readonly isDone: boolean
  readonly onOpen: (id: string) => void
}

function Item({ id, title, minutes, isCurrent, isDone, onOpen }: ItemProps) {
  return (
    <li>
      <button
        type="button"
        className="ls-item"
        aria-current={isCurrent ? 'page' : undefined}
        onClick={() => onOpen(id)}
      >
        {isDone ? <Icon name="check" size={14} /> : <i className="ls-open" aria-hidden="true" />}
        <span>{title}</span>
        <span className="spacer" />
        {isDone && <span className="sr-only">done</span>}
        {minutes !== null && <span className="ls-eyebrow num">{minutes} min</span>}
      </button>
    </li>
  )
}
