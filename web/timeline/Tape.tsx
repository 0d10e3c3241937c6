// The tape: step controls and the track of an exchange. The track is a real range input, so that touch and assistive
// technology can move it too. Knows no store; the caller keeps step and playing.
import { useEffect, useEffectEvent } from 'react'
import type { KeyboardEvent, ReactNode } from 'react'
import { narrate, sentenceText, type ShownExchange } from '../../engine/trace'
import type { Move } from './moves'
import { stepForKey, tickOf } from './steps'
import './timeline.css'

export interface TapeProps {
  readonly shown: ShownExchange
  /** Index in `shown.steps`. */
  readonly step: number
  readonly onStep: (step: number) => void
  readonly playing: boolean
  readonly onPlaying: (playing: boolean) => void
  /** Ms that each step rests while playing: 350, 700 or 1400. */
  readonly stepMs?: number
  /** Phone: back, play and forward only, for fingers. */
  readonly compact?: boolean
  /** Where there is more than steps to move by: whoever gives this moves, plays and listens to keys. */
  readonly finer?: {
    readonly move: (move: Move) => void
    readonly toggle: () => void
    /** What one step is called on the buttons. */
    readonly unit: 'step' | 'line'
    /** The sentence, when it is not the step's. */
    readonly sentence: string | null
    /** Stands below the number of the step. */
    readonly note: string | null
    /** The button with everything else. */
    readonly tools: ReactNode
  }
}

export function Tape(props: TapeProps) {
  const { shown, step, onStep, playing, onPlaying, stepMs = 700, compact = false, finer } = props
  const count = shown.steps.length
  const last = Math.max(0, count - 1)
  const empty = count === 0
  const go = (to: number) => onStep(Math.min(Math.max(0, to), last))
  const move =
    finer?.move ??
    ((one: Move) =>
      go({ next: step + 1, previous: step - 1, first: 0, last }[one as 'next' | 'previous' | 'first' | 'last']))
  const toggle =
    finer?.toggle ??
    (() => {
      if (!playing && step >= last) go(0)
      onPlaying(!playing)
    })

  // The caller's functions may be new with every render; the pace of playing must not depend on that.
  const advance = useEffectEvent(() => onStep(step + 1))
  const rest = useEffectEvent(() => onPlaying(false))
  const playsItself = playing && !finer
  useEffect(() => {
    if (!playsItself) return
    const timer = setTimeout(step >= last ? rest : advance, step >= last ? 0 : stepMs)
    return () => clearTimeout(timer)
  }, [playsItself, step, last, stepMs])

  const press = (event: KeyboardEvent) => {
    if (finer || event.ctrlKey || event.metaKey || event.altKey || empty) return
    // On a button, Space presses the button.
    if (event.key === ' ' && event.target instanceof HTMLButtonElement) return
    const to = stepForKey(event, shown, step)
    if (to === 'play') toggle()
    else if (to !== null) go(to)
    else return
    event.preventDefault()
  }
  const isLine = finer?.unit === 'line'
  const isFirst = empty || (step === 0 && !isLine)
  const isLast = empty || (step === last && !isLine && !finer?.note)

  return (
    <div className={`tl-tape${compact ? ' tl-compact' : ''}`} onKeyDown={press}>
      {compact ? null : (
        <Control label="First step" disabled={isFirst} onPress={() => move('first')} d="M19 5L9 12l10 7zM5 5v14" />
      )}
      <Control
        label={`Previous ${finer?.unit ?? 'step'}`}
        disabled={isFirst}
        onPress={() => move('previous')}
        d="M15 5l-8 7 8 7"
      />
      <Control
        label={playing ? 'Pause' : 'Play'}
        disabled={empty}
        framed
        onPress={toggle}
        d={playing ? 'M8 5v14M16 5v14' : 'M6 4l14 8-14 8z'}
      />
      <Control
        label={`Next ${finer?.unit ?? 'step'}`}
        disabled={isLast}
        onPress={() => move('next')}
        d="M9 5l8 7-8 7"
      />
      {compact ? null : (
        <Control label="Last step" disabled={isLast} onPress={() => move('last')} d="M5 5l10 7-10 7zM19 5v14" />
      )}
      <div className="tl-track">
        <div className="tl-ticks" aria-hidden="true">
          {shown.steps.map((one, i) => (
            <i
              key={i}
              className={`tl-tick tl-${tickOf(one)}${one.change ? ' tl-change' : ''}${i <= step ? ' tl-done' : ''}`}
              style={{ insetInlineStart: `${last === 0 ? 0 : (100 * i) / last}%` }}
            />
          ))}
        </div>
        <input
          type="range"
          aria-label="Step"
          min={1}
          max={Math.max(1, count)}
          value={empty ? 1 : step + 1}
          disabled={empty}
          aria-valuetext={empty ? 'No run yet' : (finer?.sentence ?? sentenceText(narrate(shown, step)))}
          onChange={(event) => go(Number(event.target.value) - 1)}
        />
      </div>
      {compact ? null : (
        <span className="tl-count" aria-hidden="true">
          {empty ? '' : `${step + 1} of ${count}`}
          {finer?.note && <small>{finer.note}</small>}
        </span>
      )}
      {finer?.tools}
    </div>
  )
}

interface ControlProps {
  readonly label: string
  readonly d: string
  readonly disabled: boolean
  readonly framed?: boolean
  readonly onPress: () => void
}

function Control({ label, d, disabled, framed = false, onPress }: ControlProps): ReactNode {
  return (
    <button
      type="button"
      className={framed ? 'tl-control tl-framed' : 'tl-control'}
      aria-label={label}
      title={label}
      aria-disabled={disabled || undefined}
      onClick={() => {
        if (!disabled) onPress()
      }}
    >
      <svg width="16" height="16" viewBox="0 0 24 24" aria-hidden="true">
        <path d={d} />
      </svg>
    </button>
  )
}
