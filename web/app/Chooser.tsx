// The exchanges of a run as tabs. Those of one fetch stand side by side: preflight, request, redirects.
import { useMemo, type ReactNode } from 'react'
import { Tab } from 'react-aria-components'
import type { RunDocument } from '../../engine/protocol'
import { Icon, TabRow } from '../ui'
import { chooserTabs } from './chooser'

export function Chooser(props: {
  readonly document: RunDocument
  /** What stands at the end of the bar, beyond the tabs. */
  readonly tools?: ReactNode
}) {
  const { document, tools } = props
  const tabs = useMemo(() => chooserTabs(document), [document])
  return (
    <div className="bar run-pane__bar">
      <TabRow aria-label="Requests of this run">
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
      </TabRow>
      {tools}
    </div>
  )
}
