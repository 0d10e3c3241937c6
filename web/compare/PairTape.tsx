// One tape for two runs: where both do the same, where one of them does something else, and where only one does anything.
import { useEffect, useEffectEvent, type KeyboardEvent } from 'react'
import { firstParting, nextParting, type JoinedStep } from '../../engine/trace'
import { Button, Icon } from '../ui'

const WORDS: Readonly<Record<JoinedStep['kind'], string>> = {
  same: 'both do the same',
  other: 'they part here',
  left: 'only the left run does this',
  right: 'only the right run does this',
}

export function PairTape(props: {
  readonly joined: readonly JoinedStep[]
  readonly at: number
  readonly onMove: (at: number) => void
  readonly playing: boolean
  readonly onPlaying: (playing: boolean) => void
}) {
  const { joined, at, onMove, playing, onPlaying } = props
  const last = Math.max(0, joined.length - 1)
  const first = firstParting(joined)
  const back = nextParting(joined, at, -1)
  const next = nextParting(joined, at, 1)
  const go = (to: number) => onMove(Math.min(Math.max(0, to), last))
  const advance = useEffectEvent(() => {
    // Both markers move together and stop where they part.
    if (at >= last || at + 1 === first) onPlaying(false)
    go(at + 1)
  })
  useEffect(() => {
    if (!playing) return
    const timer = setTimeout(advance, 700)
    return () => clearTimeout(timer)
  }, [playing, at])
  const toggle = () => {
    if (!playing && at >= last) go(0)
    onPlaying(!playing)
  }
  const press = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    if (event.key === '[' && back !== null) go(back)
    else if (event.key === ']' && next !== null) go(next)
    else if (event.key === ' ' && !(event.target instanceof HTMLButtonElement)) toggle()
    else return
    event.preventDefault()
  }
  const kind = joined[at]?.kind ?? 'same'
  return (
    <div className="cmp__tape" onKeyDown={press}>
      <Button look="quiet" icon aria-label="Previous step" isDisabled={at === 0} onPress={() => go(at - 1)}>
        <Icon name="back" />
      </Button>
      <Button icon aria-label={playing ? 'Pause' : 'Play'} onPress={toggle}>
        <Icon name={playing ? 'stop' : 'run'} />
      </Button>
      <Button look="quiet" icon aria-label="Next step" isDisabled={at === last} onPress={() => go(at + 1)}>
        <Icon name="chevron" />
      </Button>
      <div className="cmp__track tl-track">
        <div className="tl-ticks" aria-hidden="true">
          {joined.map((one, i) => (
            <i
              key={i}
              className={`cmp__tick cmp__tick--${one.kind}`}
              style={{ insetInlineStart: `${last === 0 ? 0 : (100 * i) / last}%` }}
            />
          ))}
        </div>
        <input
          type="range"
          aria-label="Step of both runs"
          min={1}
          max={last + 1}
          value={at + 1}
          aria-valuetext={`Step ${at + 1} of ${last + 1}: ${WORDS[kind]}`}
          onChange={(event) => go(Number(event.target.value) - 1)}
        />
      </div>
      <span className="cmp__count num" aria-hidden="true">
        {at + 1} of {last + 1}
      </span>
      <Button look="quiet" isDisabled={back === null} onPress={() => back !== null && go(back)}>
        Previous difference
      </Button>
      <Button look="quiet" isDisabled={next === null} onPress={() => next !== null && go(next)}>
        Next difference
      </Button>
    </div>
  )
}
