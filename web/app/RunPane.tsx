// The right column: the exchanges as tabs, and for the chosen one onion, tape, sentence and inspector with one cursor.
import { useMemo, useState, type KeyboardEvent } from 'react'
import { TabPanel, Tabs } from 'react-aria-components'
import {
  foldExchange,
  isLine,
  momentAt,
  pictureAt,
  sentenceText,
  shownStep,
  stackView,
  type Moment,
} from '../../engine/trace'
import { fitsIn, OnionView, onionBox } from '../onion'
import { useApp } from '../store'
import { MovePanel, Narration, sentenceAt, Tape, useMoves } from '../timeline'
import { Button, Icon, useBox } from '../ui'
import { Chooser } from './Chooser'
import { tabKey } from './chooser'
import { Inspector } from './Inspector'
import { Notices } from './Notices'
import { useShownStep } from './use-exchange'
import { useLayerChanges } from './use-layer-changes'
import { RunTools } from './RunTools'
import type { Size } from './use-size'
import { VerdictLine } from './VerdictLine'

export function RunPane({ size }: { readonly size: Size }) {
  const [opened, setOpened] = useState(NOTHING_OPENED)
  const shown = useApp((s) => s.shown)
  const chosen = useApp((s) => tabKey(s.exchangeIndex, s.unsentFetch))
  const chooseExchange = useApp((s) => s.chooseExchange)
  const chooseFetch = useApp((s) => s.chooseFetch)
  const choose = (key: string) => (key.startsWith('f') ? chooseFetch : chooseExchange)(Number(key.slice(1)))
  if (!shown || (shown.document.exchanges.length === 0 && !shown.document.fetches?.length)) {
    return (
      <div className="run-pane">
        <div className="bar" />
        <EmptyOnion size={size} />
        <Notices />
      </div>
    )
  }
  return (
    <Tabs className="run-pane" selectedKey={chosen} onSelectionChange={(key) => choose(String(key))}>
      <Chooser document={shown.document} tools={<RunTools />} />
      {/* react-aria 1.22 keeps the id that a panel had first: with another tab it has to be another panel. */}
      <TabPanel className="run-pane__panel" id={chosen} key={chosen}>
        <Instrument size={size} opened={opened} onOpened={setOpened} />
      </TabPanel>
    </Tabs>
  )
}

/** Where there is room to spare the onion is drawn larger, text and all (`zoom` in app.css). */
const LARGE = 1.24

function hasRoomToSpare(width: number, height: number): boolean {
  return width >= 720 && height >= 900
}

/** Px that tape and sentence take below an onion with the whole column, and the least that is left for it. */
const BELOW_TALL = 172
const TALL_LEAST = 372

/** Below this the header table keeps name, value and who added it. */
const NARROW = 560

const NOTHING_OPENED: ReadonlySet<string> = new Set()
const NO_MOMENTS: readonly Moment[] = []

interface InstrumentProps {
  readonly size: Size
  /** Runs of layers that somebody unfolded: they stay so in the next exchange. */
  readonly opened: ReadonlySet<string>
  readonly onOpened: (opened: ReadonlySet<string>) => void
}

function Instrument({ size, opened, onOpened }: InstrumentProps) {
  const at = useShownStep()
  const grain = useApp((s) => s.grain)
  const inspected = useApp((s) => s.inspected)
  const inspect = useApp((s) => s.inspect)
  const isTall = useApp((s) => s.isOnionTall)
  const setTall = useApp((s) => s.setOnionTall)
  const makeLink = useApp((s) => s.copyLink)
  const shownRun = useApp((s) => s.shown)
  const changes = useLayerChanges()
  const { ref, width, height } = useBox()
  const isPhone = size === 'phone'
  const isLarge = !isPhone && hasRoomToSpare(width, height)
  const zoom = isLarge ? LARGE : 1
  const inner = Math.max(300, Math.floor((width - 32) / zoom))
  const onionHeight = isTall ? Math.max(TALL_LEAST, Math.floor((height - BELOW_TALL) / zoom)) : undefined
  const view = at?.view
  const picture = view && at ? pictureAt(view, at.whole) : undefined
  const shown = useMemo(
    () => (view ? foldExchange(view, { opened, fits: fitsIn(onionBox(inner, onionHeight)), picture }) : null),
    [view, opened, inner, onionHeight, picture],
  )
  const moves = useMoves(shown, at?.moments ?? NO_MOMENTS, at)
  if (!at || !shown) return null
  const step = shownStep(shown, at.whole)
  const { goTo } = moves
  const copyLink = () => void makeLink(location, (text) => navigator.clipboard.writeText(text))
  const moment = momentAt(at.moments, at)
  const toggleGroup = (group: string) => {
    const after = new Set(opened)
    if (!after.delete(group)) after.add(group)
    onOpened(after)
  }
  const inspectRow = (row: number) => {
    const ring = shown.view.rings[shown.rows[row]?.rings[0] ?? -1]
    if (ring) inspect(ring.id)
    if (isTall) setTall(false)
  }
  const press = (event: KeyboardEvent) => {
    moves.press(event)
    if (event.key !== 'f' || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
    setTall(!isTall)
    event.preventDefault()
  }
  return (
    <div className="instrument" ref={ref} onKeyDown={press}>
      <VerdictLine view={at.view} />
      <div className={`instrument__onion${isLarge ? ' instrument__onion--large' : ''}`}>
        <OnionView
          shown={shown}
          step={step}
          onStep={goTo}
          onRow={inspectRow}
          chosen={inspected}
          tall={{ isTall, onTall: setTall }}
          onToggleGroup={toggleGroup}
          changes={changes}
          width={inner}
          height={onionHeight}
          runKey={`${shownRun?.turn ?? 0}-${at.index ?? 'unsent'}-${at.view.browser?.fetch ?? ''}`}
        />
      </div>
      <Tape
        shown={shown}
        step={step}
        onStep={goTo}
        playing={moves.isPlaying}
        onPlaying={moves.togglePlaying}
        compact={isPhone}
        finer={{
          move: moves.move,
          toggle: moves.togglePlaying,
          unit: grain === 'line' ? 'line' : 'step',
          sentence: moment && sentenceText(sentenceAt(shown, step, moment)),
          note: moment && isLine(moment.event) ? `line ${moment.event.line}` : null,
          tools: <MovePanel moves={moves} onLink={copyLink} />,
        }}
      />
      <Narration shown={shown} step={step} moment={moment} playing={moves.isPlaying} compact={isPhone} />
      <p className="instrument__said" role="status" hidden={moves.said === null}>
        {moves.said}
      </p>
      {!isTall && (
        <>
          <Notices />
          <Inspector at={at} shown={shown} step={step} onStep={goTo} isCompact={width < NARROW} />
        </>
      )}
    </div>
  )
}

/** Before the first run: the layers as far as they are known, and the one button. */
function EmptyOnion({ size }: { readonly size: Size }) {
  const layers = useApp((s) => s.latest?.layers)
  const run = useApp((s) => s.run)
  const status = useApp((s) => s.engineStatus.kind)
  const isRunning = useApp((s) => s.phase !== 'idle')
  const { ref, width } = useBox()
  const inner = Math.max(300, width - 32)
  const shown = useMemo(
    () => foldExchange(stackView(layers ?? []), { folding: 'tight', fits: fitsIn(onionBox(inner)) }),
    [layers, inner],
  )
  return (
    <div className="instrument" ref={ref}>
      <div className="instrument__onion">
        <OnionView
          shown={shown}
          step={0}
          onStep={() => undefined}
          width={inner}
          empty={
            <div className="run-pane__empty">
              <p>
                {layers
                  ? `Your app has ${layers.length} layers, and no request has met them.`
                  : 'No request has met this app yet.'}
              </p>
              {size !== 'phone' && status !== 'failed' && (
                <Button look="primary" onPress={() => void run()} isDisabled={isRunning}>
                  <Icon name="run" size={15} />
                  Send the requests
                </Button>
              )}
            </div>
          }
        />
      </div>
    </div>
  )
}
