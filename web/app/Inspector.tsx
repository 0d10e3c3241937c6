// Below the sentence: what there is to know of the step in view, and the run as a story, one tab each.
import { createContext, memo, useContext, useState } from 'react'
import { Tab, TabPanel, Tabs } from 'react-aria-components'
import type { ShownExchange } from '../../engine/trace'
import { copyText } from '../share'
import { useApp, type InspectorTab } from '../store'
import { BodyTable, DirectionSwitch, HeaderTable, Story } from '../timeline'
import { TabRow } from '../ui'
import { StateFacts, TimeFacts } from './Facts'
import { LayerFacts } from './LayerFacts'
import type { ShownStep } from './use-exchange'

const INSPECTOR: readonly { readonly id: InspectorTab; readonly name: string }[] = [
  { id: 'layer', name: 'Layer' },
  { id: 'headers', name: 'Headers' },
  { id: 'body', name: 'Body' },
  { id: 'state', name: 'State' },
  { id: 'time', name: 'Time' },
  { id: 'story', name: 'Story' },
]

interface Inspected {
  readonly at: ShownStep
  readonly shown: ShownExchange
  readonly step: number
  readonly onStep: (step: number) => void
}

/** What is inspected goes past the tabs: drawing all of them anew took a third of a cursor's step. */
const InspectedContext = createContext<Inspected | null>(null)

export function Inspector({ isCompact, ...inspected }: Inspected & { readonly isCompact: boolean }) {
  return (
    <InspectedContext value={inspected}>
      <InspectorTabs isCompact={isCompact} />
    </InspectedContext>
  )
}

type Direction = 'request' | 'response'

const InspectorTabs = memo(function InspectorTabs({ isCompact }: { readonly isCompact: boolean }) {
  const inspectorTab = useApp((s) => s.inspectorTab)
  const showInspector = useApp((s) => s.showInspector)
  const [of, setOf] = useState<Direction>('response')
  return (
    <Tabs
      className="inspector"
      selectedKey={inspectorTab}
      onSelectionChange={(key) => showInspector(key as InspectorTab)}
    >
      <div className="bar inspector__bar">
        <TabRow aria-label="Inspector">
          {INSPECTOR.map(({ id, name }) => (
            <Tab className="tab" id={id} key={id}>
              {name}
            </Tab>
          ))}
        </TabRow>
        <span className="spacer" />
        {(inspectorTab === 'headers' || inspectorTab === 'body') && !isCompact && (
          <DirectionSwitch of={of} onOf={setOf} label={inspectorTab === 'body' ? 'Body of' : 'Headers of'} />
        )}
      </div>
      {INSPECTOR.map(({ id }) => (
        <TabPanel className="inspector__panel" id={id} key={id}>
          <Panel tab={id} of={of} onOf={setOf} isCompact={isCompact} />
        </TabPanel>
      ))}
    </Tabs>
  )
})

function Panel(props: {
  readonly tab: InspectorTab
  readonly of: Direction
  readonly onOf: (of: Direction) => void
  readonly isCompact: boolean
}) {
  const { tab, of, onOf, isCompact } = props
  const inspected = useContext(InspectedContext)
  const seek = useApp((s) => s.seek)
  if (!inspected) return null
  const { at, shown, step, onStep } = inspected
  switch (tab) {
    case 'layer':
      return <LayerFacts shown={shown} step={step} />
    case 'headers':
      return (
        <HeaderTable
          shown={shown}
          step={step}
          of={of}
          onOf={onOf}
          onStep={onStep}
          compact={isCompact}
          withSwitch={isCompact}
        />
      )
    case 'body':
      return (
        <BodyTable
          document={at.document}
          index={at.index}
          shown={shown}
          step={step}
          of={of}
          onOf={onOf}
          onStep={onStep}
          compact={isCompact}
        />
      )
    case 'state':
      return <StateFacts shown={shown} step={step} />
    case 'time':
      return <TimeFacts shown={shown} step={step} onStep={onStep} />
    case 'story':
      return (
        <Story
          shown={shown}
          moments={at.moments}
          standing={at}
          onGo={({ whole, seq }) => seek(whole, seq)}
          onCopy={copyText}
        />
      )
  }
}
