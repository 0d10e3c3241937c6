// Two runs as two onions with one cursor. It starts where they part, and says in one sentence how.
import { useEffect, useMemo, useState } from 'react'
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components'
import type { RunDocument } from '../../engine/protocol'
import {
  alignSteps,
  firstParting,
  foldExchange,
  narrate,
  shownStep,
  type ExchangeView,
  type JoinedStep,
} from '../../engine/trace'
import { viewOf } from '../app/use-exchange'
import { fitsIn, OnionView, onionBox } from '../onion'
import { useApp } from '../store'
import { SentenceText } from '../timeline'
import { Button, Icon, useBox } from '../ui'
import './compare.css'
import { DifferenceTable } from './DifferenceTable'
import { differenceRows, differenceSentence, pairTabs, type Pair, type PairTab } from './pairs'
import { PairTape } from './PairTape'
import { TryingLine, VersionMenu } from './VersionMenu'

export function ComparePane() {
  const rival = useApp((s) => s.rival)
  const shown = useApp((s) => s.shown)
  const showStage = useApp((s) => s.showStage)
  const pin = useApp((s) => s.pin)
  const pair = useMemo((): Pair | null => {
    if (!rival || !shown) return null
    const isPinned = rival.kind === 'pinned'
    const beside = rival.against ?? shown
    const [left, right] = isPinned ? [rival.shown, beside] : [beside, rival.shown]
    const [a, b] = isPinned ? [rival.name, rival.other] : [rival.other, rival.name]
    return { left: left.document, right: right.document, names: { a, b } }
  }, [rival, shown])
  if (!pair || !rival) {
    return (
      <div className="stage__empty">
        <p>
          There is no second run yet. Pin this one, change something and run again; or try this program on another
          version of FastAPI.
        </p>
        <div className="cmp__ways">
          <Button
            isDisabled={!shown}
            onPress={() => {
              pin()
              showStage('bench')
            }}
          >
            <Icon name="pin" size={14} />
            Pin this run and go back
          </Button>
          <VersionMenu />
        </div>
        <TryingLine />
      </div>
    )
  }
  return <Pages key={`${rival.kind}${rival.shown.turn}`} pair={pair} at={rival.at} />
}

function Pages({ pair, at }: { readonly pair: Pair; readonly at: { left: number; right: number } | undefined }) {
  const tabs = useMemo(() => pairTabs(pair, at), [pair, at])
  const exchangeIndex = useApp((s) => s.exchangeIndex)
  const [picked, setPicked] = useState<string | null>(null)
  // What was in view, if it differs; else the first that does.
  const inView = tabs.find(({ left, right }) => (left ?? right) === exchangeIndex)
  const chosen =
    tabs.find(({ key }) => key === picked) ?? (inView?.differs ? inView : (tabs.find((tab) => tab.differs) ?? tabs[0]))
  if (!chosen) return <p className="stage__empty">Neither run has an exchange to compare.</p>
  return (
    <Tabs className="cmp" selectedKey={chosen.key} onSelectionChange={(key) => setPicked(String(key))}>
      <div className="bar">
        <TabList className="tabs" aria-label="Requests of both runs">
          {tabs.map(({ key, label, status, differs }) => (
            <Tab className="tab" id={key} key={key}>
              <span className="cmp__label">{label}</span>
              <span className="num">{status}</span>
              <span className={differs ? 'cmp__differs' : 'cmp__same'}>{differs ? 'differs' : 'same'}</span>
            </Tab>
          ))}
        </TabList>
        <span className="spacer" />
        <TryingLine />
        <VersionMenu />
      </div>
      <TabPanel className="cmp__panel" id={chosen.key} key={chosen.key}>
        <Sides pair={pair} match={chosen} />
      </TabPanel>
    </Tabs>
  )
}

function Sides({ pair, match }: { readonly pair: Pair; readonly match: PairTab }) {
  const left = useView(pair.left, match.left)
  const right = useView(pair.right, match.right)
  const joined = useMemo(() => (left && right ? alignSteps(left, right) : alone(left, right)), [left, right])
  const [moved, setMoved] = useState<number | null>(null)
  const [playing, setPlaying] = useState(false)
  useEffect(() => setMoved(null), [joined])
  const { ref, width } = useBox({ width: 1280 })
  const isNarrow = width < 760
  const inner = Math.max(300, Math.floor(isNarrow ? width : width / 2) - 48)
  const at = Math.min(moved ?? firstParting(joined) ?? joined.length - 1, joined.length - 1)
  const here = joined[at]
  const move = (side: 0 | 1) => (whole: number) => {
    const to = joined.findIndex((one) => (side === 0 ? one.left : one.right) === whole)
    if (to >= 0) setMoved(to)
  }
  const rows = differenceRows(pair, match)
  return (
    <div className={`cmp__sides-frame${isNarrow ? ' cmp--narrow' : ''}`} ref={ref}>
      <p className="cmp__say" aria-live={playing ? 'off' : 'polite'}>
        {differenceSentence(pair, match)}
      </p>
      <div className="cmp__sides">
        <Side
          name={pair.names.a}
          view={left}
          at={here?.at[0] ?? -1}
          has={here?.left != null}
          width={inner}
          onWhole={move(0)}
        />
        <Side
          name={pair.names.b}
          view={right}
          at={here?.at[1] ?? -1}
          has={here?.right != null}
          width={inner}
          onWhole={move(1)}
        />
      </div>
      <PairTape joined={joined} at={at} onMove={setMoved} playing={playing} onPlaying={setPlaying} />
      {rows.length > 0 && <DifferenceTable rows={rows} names={pair.names} />}
    </div>
  )
}

function useView(document: RunDocument, index: number | null): ExchangeView | null {
  return index === null ? null : viewOf(document, index)
}

/** The steps of a run whose request the other did not send. */
function alone(left: ExchangeView | null, right: ExchangeView | null): JoinedStep[] {
  const steps = (left ?? right)?.steps ?? []
  return steps.map((_, i) =>
    left ? { left: i, right: null, at: [i, -1], kind: 'left' } : { left: null, right: i, at: [-1, i], kind: 'right' },
  )
}

/** Where there is room to spare the onion is drawn larger, text and all (`zoom` in compare.css). */
const LARGE = 1.24
const LARGE_FROM = 760

function Side(props: {
  readonly name: string
  readonly view: ExchangeView | null
  /** Step that it has come to; -1 before its first. */
  readonly at: number
  /** It does something at this place of the tape. */
  readonly has: boolean
  readonly width: number
  readonly onWhole: (whole: number) => void
}) {
  const { name, view, at, has, width, onWhole } = props
  const isLarge = width >= LARGE_FROM
  const inner = isLarge ? Math.floor(width / LARGE) : width
  const shown = useMemo(() => view && foldExchange(view, { fits: fitsIn(onionBox(inner)) }), [view, inner])
  return (
    <section className="cmp__side" aria-label={name}>
      <h3 className="cmp__name">{name}</h3>
      {shown ? (
        <>
          <div className={isLarge ? 'cmp__onion--large' : undefined}>
            <OnionView
              shown={shown}
              step={shownStep(shown, Math.max(0, at))}
              onStep={(step) => onWhole(shown.steps[step]?.whole ?? 0)}
              width={inner}
            />
          </div>
          <p className={`cmp__step${has ? '' : ' cmp__step--waits'}`}>
            {has ? (
              <SentenceText sentence={narrate(shown, shownStep(shown, Math.max(0, at)))} />
            ) : (
              'Nothing of the kind happens in this run.'
            )}
          </p>
        </>
      ) : (
        <p className="cmp__step cmp__step--waits">This run does not send the request.</p>
      )}
    </section>
  )
}
