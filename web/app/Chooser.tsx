// The exchanges of a run as tabs. Those of one fetch stand side by side: preflight, request, redirects.
import { useEffect, useMemo, useRef, type ReactNode } from 'react'
import { Tab, TabList } from 'react-aria-components'
import type { RunDocument } from '../../engine/protocol'
import { Icon } from '../ui'
import { chooserTabs } from './chooser'

export function Chooser(props: {
  readonly document: RunDocument
  readonly chosen: string
  /** What stands at the end of the bar, beyond the tabs. */
  readonly tools?: ReactNode
}) {
  const { document, chosen, tools } = props
  const tabs = useMemo(() => chooserTabs(document), [document])
  const bar = useRef<HTMLDivElement>(null)
  // The exchange of a Send is the last tab, which may lie beyond the edge.
  useEffect(() => {
    // The list of tabs is built in two passes, so the chosen one stands a frame later.
    const frame = requestAnimationFrame(() =>
      bar.current?.querySelector('[data-selected]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' }),
    )
    return () => cancelAnimationFrame(frame)
  }, [chosen, tabs])
  return (
    <div className="bar run-pane__bar" ref={bar}>
      <TabList className="tabs" aria-label="Requests of this run">
        {tabs.map(({ key, label, unseen, title, status, tone, mark, isJoined }) => (
          <Tab className={`tab${isJoined ? ' run-pane__joined' : ''}`} id={key} key={key}>
            {isJoined && <Icon name="chevron" size={12} />}
            <span className="run-pane__label" title={title}>
              {label}
              {unseen && <span className="sr-only"> {unseen}</span>}
            </span>
            <span className={`run-pane__status run-pane__status--${tone} num`}>{status}</span>
            {mark && (
              <span className={`run-pane__mark run-pane__mark--${mark === 'blocked' ? 'blocked' : 'opaque'}`}>
                <Icon name={mark === 'opaque' ? 'hidden' : 'cross'} size={12} />
                {mark}
              </span>
            )}
          </Tab>
        ))}
      </TabList>
      {tools}
    </div>
  )
}
