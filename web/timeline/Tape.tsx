// The tape: step controls and the track of an exchange. The track is a real range input, so that touch and assistive
// technology can move it too. Knows no store; the caller keeps step and playing.
import { useEffect, useEffectEvent } from 'react'
import type { KeyboardEvent, ReactNode } from 'react'
import { narrate, sentenceText, type ShownExchange } from '../../engine/trace'
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
}

export function Tape({ shown, step, onStep, playing, onPlaying, stepMs = 700, compact = false }: TapeProps) {
  const count = shown.steps.length
  const last = Math.max(0, count - 1)
  const empty = count === 0
  const go = (to: number) => onStep(Math.min(Math.max(0, to), last))
  const toggle = () => {
    if (!playing && step >= last) go(0)
    onPlaying(!playing)
  }

  // The caller's functions may be new with every render; the pace of playing must not depend on that.
  const advance = useEffectEvent(() => onStep(step + 1))
  const rest = useEffectEvent(() => onPlaying(false))
  useEffect(() => {
    if (!playing) return
    const timer = setTimeout(step >= last ? rest : advance, step >= last ? 0 : stepMs)
    return () => clearTimeout(timer)
  }, [playing, step, last, stepMs])

  const press = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || empty) return
    // On a button, Space presses the button.
    if (event.key === ' ' && event.target instanceof HTMLButtonElement) return
    const to = stepForKey(event, shown, step)
    if (to === 'play') toggle()
    else if (to !== null) go(to)
    else return
    event.preventDefault()
  }

  return (
    <div className={`tl-tape${compact ? ' tl-compact' : ''}`} onKeyDown={press}>
      {compact ? null : (
        <Control label="First step" disabled={empty || step === 0} onPress={() => go(0)} d="M19 5L9 12l10 7zM5 5v14" />
      )}
      <Control label="Previous step" disabled={empty || step === 0} onPress={() => go(step - 1)} d="M15 5l-8 7 8 7" />
      <Control
        label={playing ? 'Pause' : 'Play'}
        disabled={empty}
        framed
        onPress={toggle}
        d={playing ? 'M8 5v14M16 5v14' : 'M6 4l14 8-14 8z'}
      />
      <Control label="Next step" disabled={empty || step === last} onPress={() => go(step + 1)} d="M9 5l8 7-8 7" />
      {compact ? null : (
        <Control
          label="Last step"
          disabled={empty || step === last}
          onPress={() => go(last)}
          d="M5 5l10 7-10 7zM19 5v14"
        />
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
          aria-valuetext={empty ? 'No run yet' : sentenceText(narrate(shown, step))}
          onChange={(event) => go(Number(event.target.value) - 1)}
        />
      </div>
      {compact ? null : (
        <span className="tl-count" aria-hidden="true">
          {empty ? '' : `${step + 1} of ${count}`}
        </span>
      )}
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
