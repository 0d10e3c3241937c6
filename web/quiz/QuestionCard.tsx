// One question: asked, picked, checked, skipped. The draft lives here; what was answered lives in the store.
import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from 'react'
import { type Answer, judgeAnswer, type Judgement, type Lesson, type Question } from '../../engine/lesson'
import { placeOfQuestion } from '../lesson/places'
import { useApp } from '../store'
import { Button } from '../ui'
import { type Arrangement, arrange } from './arrangement'
import { ChooseField } from './ChooseField'
import { type Confidence, CONFIDENCES, type Stored } from './stored'
import { Inline } from './Inline'
import { OrderField } from './OrderField'
import { ResponseField } from './ResponseField'
import { listing } from './tint'

export interface QuestionCardProps {
  readonly lesson: Lesson
  readonly question: Question
  readonly number: number
  readonly count: number
  readonly stored: Stored | null
  readonly onAnswer: (stored: Stored | null) => void
  /** Goes to the next card; null on the last one. */
  readonly onNext: (() => void) | null
}

/** What somebody has picked so far, whichever form the question has. */
export interface Draft {
  readonly option: number | null
  readonly arrangement: Arrangement
  readonly status: number | null
  readonly headers: readonly string[]
}

export function QuestionCard({ lesson, question, number, count, stored, onAnswer, onNext }: QuestionCardProps) {
  const id = useId()
  const [draft, setDraft] = useState<Draft>(() => emptyDraft(question))
  const [confidence, setConfidence] = useState<Confidence | null>(null)
  const answer = stored?.kind === 'answered' ? stored.answer : null
  const judged = useMemo(() => (answer ? judgeAnswer(question, answer) : null), [question, answer])
  const picked = answerOf(question, draft)
  const canCheck = picked !== null && confidence !== null

  // The button that had the focus is gone once the answer is checked.
  const outcome = useRef<HTMLDivElement>(null)
  const justChecked = useRef(false)
  useEffect(() => {
    if (judged && justChecked.current) outcome.current?.focus()
    justChecked.current = false
  }, [judged])

  const check = () => {
    if (!canCheck) return
    justChecked.current = true
    onAnswer({ kind: 'answered', answer: picked, confidence })
  }
  const again = () => {
    setDraft(emptyDraft(question))
    setConfidence(null)
    onAnswer(null)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (judged || question.form !== 'choose' || event.ctrlKey || event.metaKey || event.altKey) return
    const option = event.key.length === 1 ? event.key.toLowerCase().charCodeAt(0) - 97 : -1
    if (question.options[option]) setDraft({ ...draft, option })
  }

  return (
    <article
      className={`qz-card${stored?.kind === 'skipped' ? ' qz-card--skipped' : ''}`}
      aria-labelledby={`${id}-ask`}
      tabIndex={-1}
      onKeyDown={onKeyDown}
    >
      <header>
        <span className="qz-eyebrow">{question.title}</span>
        <span className="spacer" />
        <span className="qz-eyebrow num">
          {number} of {count}
        </span>
      </header>
      <h2 id={`${id}-ask`}>
        <Inline text={question.ask} />
      </h2>
      <Listing question={question} />
      <form
        onSubmit={(event) => {
          event.preventDefault()
          check()
        }}
      >
        {question.form === 'choose' && (
          <ChooseField
            name={`${id}-option`}
            labelledBy={`${id}-ask`}
            question={question}
            picked={answer?.form === 'choose' ? answer.option : draft.option}
            isChecked={judged !== null}
            remark={stored?.kind === 'answered' ? remarkOf(stored.confidence, judged?.right ?? false) : ''}
            onPick={(option) => setDraft({ ...draft, option })}
          />
        )}
        {question.form === 'order' && (
          <OrderField
            labelledBy={`${id}-ask`}
            question={question}
            arrangement={answer?.form === 'order' ? arrangementOf(question, answer.printed) : draft.arrangement}
            judged={judged}
            onArrange={(arrangement) => setDraft({ ...draft, arrangement })}
          />
        )}
        {question.form === 'response' && (
          <ResponseField
            name={`${id}-response`}
            labelledBy={`${id}-ask`}
            question={question}
            status={answer?.form === 'response' ? answer.status : draft.status}
            headers={answer?.form === 'response' ? answer.headers : draft.headers}
            judged={judged}
            onStatus={(status) => setDraft({ ...draft, status })}
            onHeaders={(headers) => setDraft({ ...draft, headers })}
          />
        )}

        {!judged && (
          <fieldset className="qz-sure">
            <legend>How sure are you?</legend>
            <div className="qz-seg">
              {CONFIDENCES.map((one) => (
                <label key={one.value} className={confidence === one.value ? 'on' : ''}>
                  <input
                    type="radio"
                    className="sr-only"
                    name={`${id}-sure`}
                    checked={confidence === one.value}
                    onChange={() => setConfidence(one.value)}
                  />
                  {one.name}
                </label>
              ))}
            </div>
          </fieldset>
        )}

        <div role="status">
          {judged && <Outcome ref={outcome} lesson={lesson} question={question} judged={judged} />}
          {stored?.kind === 'skipped' && <p className="qz-note">Skipped. You can still answer it.</p>}
        </div>

        <footer>
          {judged ? (
            <>
              {onNext && (
                <Button look="primary" onPress={onNext}>
                  Next question
                </Button>
              )}
              <Button look="quiet" onPress={again}>
                Ask me again
              </Button>
            </>
          ) : (
            <>
              <Button look="primary" type="submit" isDisabled={!canCheck}>
                Check
              </Button>
              {stored?.kind !== 'skipped' && (
                <Button
                  look="quiet"
                  onPress={() => {
                    onAnswer({ kind: 'skipped' })
                    onNext?.()
                  }}
                >
                  Skip
                </Button>
              )}
              <span className="spacer" />
              <span className="qz-eyebrow qz-keys">{keysOf(question)}</span>
            </>
          )}
        </footer>
      </form>
    </article>
  )
}

interface OutcomeProps {
  readonly ref: React.Ref<HTMLDivElement>
  readonly lesson: Lesson
  readonly question: Question
  readonly judged: Judgement
}

/** Right or not so, why, and the way to the run that settles it. */
function Outcome({ ref, lesson, question, judged }: OutcomeProps) {
  const showMe = useApp((s) => s.showMe)
  const showing = useApp((s) => s.showing)
  const place = useMemo(() => placeOfQuestion(lesson, question), [lesson, question])
  const isShowing = showing === place.id
  return (
    <div className={`qz-why ${judged.right ? 'qz-why--yes' : 'qz-why--no'}`} ref={ref} tabIndex={-1}>
      <p>
        <b>{judged.right ? 'Right.' : 'Not so.'}</b> <Inline text={question.explain} />
      </p>
      {judged.belief !== null && !judged.right && (
        <p className="qz-belief">
          <Inline text={judged.belief} />
        </p>
      )}
      <div className="qz-proof">
        <Button isDisabled={isShowing} onPress={() => void showMe(place, question.show)}>
          <Eye /> {isShowing ? 'Running' : 'Show me'}
        </Button>
        <span className="qz-eyebrow">runs this program, and stops where it is settled</span>
      </div>
    </div>
  )
}

function Listing({ question }: { readonly question: Question }) {
  const { file, from, to } = question.code
  const lines = useMemo(() => listing(question.files[file] ?? '', from, to), [question, file, from, to])
  return (
    <pre className="qz-code" tabIndex={0} aria-label={`${file}, lines ${from} to ${to}`}>
      {lines.map((line) => (
        <span className="qz-line" key={line.number}>
          <b aria-hidden="true">{line.number}</b>
          <code>
            {line.pieces.map((piece, index) =>
              piece.tint ? (
                <i key={index} className={`qz-${piece.tint}`}>
                  {piece.text}
                </i>
              ) : (
                piece.text
              ),
            )}
            {'\n'}
          </code>
        </span>
      ))}
    </pre>
  )
}

function Eye() {
  return (
    <svg
      className="icon"
      width="15"
      height="15"
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.75"
      aria-hidden="true"
    >
      <path d="M2.5 12S6 5.500 12 5.500 21.500 12 21.500 12 18 18.500 12 18.500 2.500 12 2.500 12z" />
      <circle cx="12" cy="12" r="2.8" />
    </svg>
  )
}

function emptyDraft(question: Question): Draft {
  return {
    option: null,
    arrangement: arrange(question.form === 'order' ? question.lines : []),
    status: null,
    headers: [],
  }
}

/** The answer that the draft stands for; null while something is still to be picked. */
function answerOf(question: Question, draft: Draft): Answer | null {
  if (question.form === 'choose') return draft.option === null ? null : { form: 'choose', option: draft.option }
  if (question.form === 'order')
    return { form: 'order', printed: draft.arrangement.lines.slice(0, draft.arrangement.printed) }
  return draft.status === null ? null : { form: 'response', status: draft.status, headers: draft.headers }
}

function arrangementOf(question: Extract<Question, { form: 'order' }>, printed: readonly string[]): Arrangement {
  return { lines: [...printed, ...question.lines.filter((line) => !printed.includes(line))], printed: printed.length }
}

function remarkOf(confidence: Confidence, right: boolean): string {
  const how = { guessing: 'a guess', fairly: 'fairly sure', sure: 'sure' }[confidence]
  if (right) return `Your answer, ${how}.`
  return confidence === 'sure' ? 'You were sure of this one.' : `Your answer, ${how}.`
}

function keysOf(question: Question): string {
  if (question.form === 'choose') return `A to ${'ABCDEF'.charAt(question.options.length - 1)} pick, Enter checks`
  return question.form === 'order' ? 'Space lifts, arrows move' : 'Space ticks, Enter checks'
}
