// What the newest session printed and logged, each line with the layer that said it.
import { useEffect, useMemo, useRef } from 'react'
import { useApp } from '../store'
import { Ticked } from '../ui'
import { readConsole, type ConsoleLine } from './console-lines'
import './network.css'
import { TracebackView } from './TracebackView'

/** Number of lines the console has now, for its tab. */
export function useConsoleCount(): number {
  const latest = useApp((s) => s.latest)
  return useMemo(() => {
    const said = latest?.events.filter(({ kind }) => kind === 'log').length ?? 0
    return said + (latest?.fetches?.reduce((sum, { console }) => sum + console.length, 0) ?? 0)
  }, [latest])
}

export function ConsolePane() {
  const latest = useApp((s) => s.latest)
  const groups = useMemo(() => (latest ? readConsole(latest) : []), [latest])
  const exchangeIndex = useApp((s) => s.exchangeIndex)
  const current = useRef<HTMLElement>(null)
  // The exchange that is looked at is brought into view, the rest of the session stays readable.
  useEffect(() => {
    current.current?.scrollIntoView({ block: 'nearest' })
  }, [exchangeIndex, latest])
  if (groups.length === 0) return <p className="dock__empty">Nothing was printed or logged.</p>
  return (
    <div className="console">
      {groups.map(({ exchange, title, lines }, index) => (
        <section key={index} ref={exchange === exchangeIndex ? current : undefined} aria-label={title}>
          <h3 className="console__title">{title}</h3>
          <ol>
            {lines.map((line) => (
              <Line key={line.seq} line={line} />
            ))}
          </ol>
        </section>
      ))}
    </div>
  )
}

function Line({ line }: { readonly line: ConsoleLine }) {
  return (
    <li className={`console__line console__line--${line.source}${line.isBad ? ' console__line--bad' : ''}`}>
      <span className="console__layer">{line.layer ?? ''}</span>
      <span className="console__text">
        {line.label && <b>{line.label} </b>}
        {line.text}
        {line.fix && (
          <span className="console__fix">
            <Ticked text={line.fix} />
          </span>
        )}
        {line.traceback && <TracebackView parts={line.traceback.parts} full={line.traceback.full} />}
      </span>
    </li>
  )
}
