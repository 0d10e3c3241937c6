// A session as lanes: who holds the loop, who sleeps, who waits, and below it every event. One cursor with the onion.
import { useMemo, useState, type KeyboardEvent } from 'react'
import { readLanes, nextWait, type CodeOf } from '../../engine/trace'
import { useApp } from '../store'
import { Button, Icon, useBox } from '../ui'
import { EventTable } from './EventTable'
import { Lanes } from './Lanes'
import { MomentPanel } from './MomentPanel'
import { makeScale, mostZoom, zoomTo, type Axis } from './scale'
import './sequence.css'
import { usePlace, type Place } from './use-place'

export function SequencePane() {
  const place = usePlace()
  if (!place) return <p className="app__wait">There is no run yet. Press Run, and its requests stand here as lanes.</p>
  return <Sequence place={place} />
}

const NAMES_WIDTH = 176
const NARROW_NAMES = 92
const NARROW = 640

function Sequence({ place }: { readonly place: Place }) {
  const { document, point, exchange, goTo, step } = place
  const files = useApp((s) => s.shown?.files)
  const view = useMemo(() => readLanes(document), [document])
  // Where all happens in one virtual instant, time has nothing to show.
  const hasTime = view.span.to.at > view.span.from.at
  const [chosenAxis, setAxis] = useState<Axis | null>(null)
  const axis = chosenAxis ?? (hasTime ? 'time' : 'events')
  const [zoom, setZoom] = useState(1)
  const { ref, width } = useBox({ width: 960 })
  const names = width < NARROW ? NARROW_NAMES : NAMES_WIDTH
  const fit = Math.max(160, width - names - 2)
  const scale = useMemo(() => makeScale(view.span, axis, fit, zoom), [view, axis, fit, zoom])
  const code = useMemo((): CodeOf => {
    const lines = new Map(Object.entries(files ?? {}).map(([name, text]) => [name, text.split('\n')]))
    return ({ file, line }) => lines.get(file)?.[line - 1] ?? null
  }, [files])
  const lane = view.lanes.find((one) => one.exchange === exchange)
  const before = nextWait(view, point, -1)
  const after = nextWait(view, point, 1)
  const goToWait = (wait: typeof before) => {
    if (wait) goTo(wait.from, wait.exchange)
  }
  const press = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
    if (event.key === '[') goToWait(before)
    else if (event.key === ']') goToWait(after)
    else return
    event.preventDefault()
  }
  return (
    <div className="seq" onKeyDown={press}>
      <div className="seq__bar" role="toolbar" aria-label="How the lanes are laid out">
        <div className="tl-switch" role="group" aria-label="Axis">
          {(['time', 'events'] as const).map((one) => (
            <button key={one} type="button" aria-pressed={axis === one} onClick={() => setAxis(one)}>
              {one === 'time' ? 'Time' : 'Events'}
            </button>
          ))}
        </div>
        <span className="seq__hint">
          {axis === 'time' ? 'virtual time in ms; nothing here waits for real' : 'events by number; all as wide'}
        </span>
        <span className="spacer" />
        <Button look="quiet" isDisabled={!before} onPress={() => goToWait(before)}>
          <Icon name="back" size={14} />
          Previous wait
        </Button>
        <Button look="quiet" isDisabled={!after} onPress={() => goToWait(after)}>
          Next wait
          <Icon name="chevron" size={14} />
        </Button>
        <span className="seq__zoom" role="group" aria-label="Zoom">
          <Button look="quiet" icon aria-label="Zoom out" isDisabled={zoom <= 1} onPress={() => setZoom(zoom / 2)}>
            <Icon name="minus" />
          </Button>
          <Button
            look="quiet"
            icon
            aria-label="Zoom in"
            isDisabled={zoom >= mostZoom(fit)}
            onPress={() => setZoom(Math.min(mostZoom(fit), zoom * 2))}
          >
            <Icon name="plus" />
          </Button>
          <Button look="quiet" isDisabled={zoom === 1} onPress={() => setZoom(1)}>
            Fit
          </Button>
          <Button
            look="quiet"
            isDisabled={!lane}
            onPress={() => lane && setZoom(zoomTo({ from: lane.from, to: lane.to }, view.span, axis, fit))}
          >
            This request
          </Button>
        </span>
      </div>
      <div className="seq__main">
        <div className="seq__lanes-box" ref={ref}>
          <Lanes view={view} scale={scale} names={names} chosen={exchange} point={point} goTo={goTo} step={step} />
        </div>
        <EventTable document={document} point={point} goTo={goTo} lanes={view.lanes} isNarrow={width < NARROW} />
        <MomentPanel view={view} point={point} document={document} code={code} chosen={exchange} />
      </div>
    </div>
  )
}
