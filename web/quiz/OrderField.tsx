// Lines to be put in order: a list box whose lines are lifted and moved by keys, or moved by two buttons.
import { type KeyboardEvent, useRef, useState } from 'react'
import type { Judgement, Question } from '../../engine/lesson'
import { Button, Icon } from '../ui'
import { type Arrangement, moveLine, placeWords } from './arrangement'

export interface OrderFieldProps {
  readonly labelledBy: string
  readonly question: Extract<Question, { form: 'order' }>
  readonly arrangement: Arrangement
  /** Not null once it is checked; nothing moves any more. */
  readonly judged: Judgement | null
  readonly onArrange: (arrangement: Arrangement) => void
}

export function OrderField({ labelledBy, question, arrangement, judged, onArrange }: OrderFieldProps) {
  const [current, setCurrent] = useState(question.lines[0] ?? '')
  const [isLifted, setLifted] = useState(false)
  const [said, say] = useState('')
  const box = useRef<HTMLDivElement>(null)
  const hasNever = question.never !== undefined
  const { lines, printed } = arrangement

  const move = (line: string, by: 1 | -1) => {
    const next = moveLine(arrangement, line, by, hasNever)
    onArrange(next)
    say(`${line}: ${placeWords(next, line)}`)
    // Moved between the two groups the line is drawn anew, and must get the focus back.
    requestAnimationFrame(() => focusLine(line))
  }
  const focusLine = (line: string) =>
    box.current?.querySelector<HTMLElement>(`[data-line="${CSS.escape(line)}"]`)?.focus({ preventScroll: true })

  const onKeyDown = (event: KeyboardEvent) => {
    const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : null
    if (event.key === ' ') {
      setLifted(!isLifted)
      say(isLifted ? `${current} put down, ${placeWords(arrangement, current)}` : `${current} lifted, arrows move it`)
    } else if (event.key === 'Escape' && isLifted) setLifted(false)
    else if (by !== null && (isLifted || event.altKey)) move(current, by)
    else if (by !== null) {
      const next = lines[lines.indexOf(current) + by]
      if (next !== undefined) {
        setCurrent(next)
        focusLine(next)
      }
    } else return
    event.preventDefault()
    event.stopPropagation()
  }

  const row = (line: string, index: number) => {
    const part = judged?.parts.find((one) => one.part === line)
    const look = part
      ? part.right
        ? 'qz-row--right'
        : 'qz-row--wrong'
      : line === current && isLifted
        ? 'qz-row--held'
        : ''
    return (
      <div
        key={line}
        role={judged ? 'listitem' : 'option'}
        className={`qz-row ${look}`}
        data-line={line}
        {...(judged
          ? {}
          : {
              'aria-selected': line === current,
              tabIndex: line === current ? 0 : -1,
              onFocus: () => setCurrent(line),
              onClick: () => {
                setCurrent(line)
                focusLine(line)
              },
            })}
      >
        <span className="num">{index < printed ? index + 1 : '–'}</span>
        <code>{line}</code>
        <span className="spacer" />
        {part && part.instead !== null && <span className="qz-eyebrow">{part.instead}</span>}
        {part && (
          <>
            <span className="sr-only">{part.right ? 'right' : 'wrong'}</span>
            <Icon name={part.right ? 'check' : 'cross'} size={14} />
          </>
        )}
        {!part && line === current && isLifted && <span className="qz-eyebrow">lifted, arrows move it</span>}
      </div>
    )
  }

  return (
    <>
      <div
        ref={box}
        className="qz-order"
        role={judged ? 'list' : 'listbox'}
        aria-labelledby={labelledBy}
        onKeyDown={judged ? undefined : onKeyDown}
        onBlur={(event) => {
          if (!event.currentTarget.contains(event.relatedTarget)) setLifted(false)
        }}
      >
        {hasNever && !judged ? (
          <>
            <div role="group" aria-label="Printed, in this order" className="qz-group">
              {lines.slice(0, printed).map(row)}
            </div>
            <div role="group" aria-label="Never printed" className="qz-group qz-group--never">
              <p className="qz-eyebrow" aria-hidden="true">
                Never printed
              </p>
              {lines.slice(printed).map((line, index) => row(line, printed + index))}
            </div>
          </>
        ) : (
          lines.map(row)
        )}
      </div>
      {!judged && (
        <div className="qz-movers">
          <Button look="quiet" onPress={() => move(current, -1)} aria-label={`Move up: ${current}`}>
            <span className="qz-up">
              <Icon name="down" size={14} />
            </span>
            Up
          </Button>
          <Button look="quiet" onPress={() => move(current, 1)} aria-label={`Move down: ${current}`}>
            <Icon name="down" size={14} />
            Down
          </Button>
          {hasNever && <span className="qz-eyebrow">what is never printed goes to the bottom</span>}
          <span className="sr-only" role="status">
            {said}
          </span>
        </div>
      )}
    </>
  )
}
