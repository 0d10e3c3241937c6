// A session as a tree: choose a moment, send another request from there with the server's state as it was, lay any two
// side by side.
import { useEffect, useMemo, useRef, useState, type CSSProperties } from 'react'
import { foldExchange, restingStep } from '../../engine/trace'
import { viewOf } from '../app/use-exchange'
import { RequestOptions, useRequestList } from '../network'
import { fitsIn, OnionView, onionBox } from '../onion'
import { useApp, type Branch } from '../store'
import { Button, Icon, useBox } from '../ui'
import './branches.css'
import { lastOf, listTwigs, type Twig } from './twigs'

export function BranchesPane() {
  const branches = useApp((s) => s.branches)
  const branch = useApp((s) => s.branch)
  const why = useApp((s) => s.whyNoBranch())
  const showStage = useApp((s) => s.showStage)
  const twigs = useMemo(() => listTwigs(branches), [branches])
  const end = useMemo(
    () => (twigs.length > 0 ? lastOf(twigs, branches, branch, branches[branch]?.groups.length ?? 0) : null),
    [twigs, branches, branch],
  )
  const [picked, setPicked] = useState<string | null>(null)
  // What was sent last is what is looked at.
  useEffect(() => setPicked(null), [branches])
  const chosen = twigs.find((twig) => keyOf(twig) === picked) ?? end
  if (!chosen) {
    return (
      <div className="stage__empty">
        <p>{why ?? 'No session of this program is running.'}</p>
        <Button onPress={() => showStage('bench')}>Go back to the code</Button>
      </div>
    )
  }
  return (
    <div className="br">
      <p className="br__say">
        {branches.length === 1
          ? 'One line of requests so far. Choose a moment and send something else from there: the server goes back to the state it had.'
          : `${branches.length} lines of requests that share a beginning. Choose a moment to go on from, or two to compare.`}
      </p>
      <Tree twigs={twigs} chosen={chosen} end={end} onChoose={(twig) => setPicked(keyOf(twig))} />
      <Details twig={chosen} twigs={twigs} branches={branches} why={why} />
    </div>
  )
}

const keyOf = ({ line, groups }: Pick<Twig, 'line' | 'groups'>): string => `${line}-${groups}`

const nameOf = (twig: Twig): string => (twig.column === 0 ? 'The start' : `${twig.label} ${twig.status}`)

/** Which line it stands in, where there is more than one. */
const placeOf = (twig: Twig): string => (twig.column === 0 ? 'before the first request' : `line ${twig.row + 1}`)

const COLUMN = 176
const ROW = 64
const NODE = { width: 148, height: 40 }

function Tree(props: {
  readonly twigs: readonly Twig[]
  readonly chosen: Twig
  readonly end: Twig | null
  readonly onChoose: (twig: Twig) => void
}) {
  const { twigs, chosen, end, onChoose } = props
  const field = useRef<HTMLDivElement>(null)
  const { column, row } = chosen
  useEffect(() => {
    const plate = field.current?.querySelector('[aria-pressed="true"]')
    plate?.scrollIntoView({ block: 'nearest', inline: 'center' })
  }, [column, row])
  const columns = Math.max(...twigs.map(({ column }) => column)) + 1
  const rows = Math.max(...twigs.map(({ row }) => row)) + 1
  const middle = (row: number) => row * ROW + NODE.height / 2
  return (
    <div className="br__tree" role="group" aria-label="Moments of the session">
      <div
        className="br__field"
        ref={field}
        style={{ width: columns * COLUMN - (COLUMN - NODE.width), height: rows * ROW - (ROW - NODE.height) }}
      >
        <svg aria-hidden="true" width="100%" height="100%">
          {twigs.map(({ before, column, row }) => {
            if (!before) return null
            const from = before.column * COLUMN + NODE.width
            const to = column * COLUMN
            const d =
              before.row === row
                ? `M${from} ${middle(row)}H${to}`
                : `M${from} ${middle(before.row)}h10V${middle(row) - 8}q0 8 8 8H${to}`
            return <path key={`${row}-${column}`} className="br__edge" d={d} />
          })}
        </svg>
        {twigs.map((twig) => (
          <button
            key={keyOf(twig)}
            type="button"
            className={`br__twig${twig === end ? ' br__twig--end' : ''}`}
            style={{ '--x': `${twig.column * COLUMN}px`, '--y': `${twig.row * ROW}px` } as CSSProperties}
            aria-pressed={twig === chosen}
            aria-label={`${nameOf(twig)}, ${placeOf(twig)}${twig === end ? ', where the server stands' : ''}`}
            title={twig.label}
            onClick={() => onChoose(twig)}
          >
            <span className="br__label">{twig.column === 0 ? 'Start' : twig.label}</span>
            {twig.status && <span className="br__status num">{twig.status}</span>}
          </button>
        ))}
      </div>
    </div>
  )
}

function Details(props: {
  readonly twig: Twig
  readonly twigs: readonly Twig[]
  readonly branches: readonly Branch[]
  readonly why: string | null
}) {
  const { twig, twigs, branches, why } = props
  const branch = useApp((s) => s.branch)
  const takeBranch = useApp((s) => s.takeBranch)
  const isEnd = twig.groups === branches[twig.line]?.groups.length
  return (
    <section className="br__details" aria-label="Chosen moment">
      <div className="br__words">
        <h3 className="br__head">{nameOf(twig)}</h3>
        <p className="br__where">
          {twig.column === 0
            ? 'The app is loaded and has started; nobody has asked it anything.'
            : `The server as it stood after this, in ${placeOf(twig)}.`}
        </p>
        <SendFrom twig={twig} why={why} />
        <CompareWith key={keyOf(twig)} twig={twig} twigs={twigs} branches={branches} />
        {isEnd && twig.line !== branch && (
          <Button isDisabled={why !== null} onPress={() => void takeBranch(twig.line)}>
            Go on with this line
          </Button>
        )}
        {why !== null && <p className="br__why">{why}</p>}
      </div>
      <Picture key={keyOf(twig)} twig={twig} branches={branches} />
    </section>
  )
}

function SendFrom({ twig, why }: { readonly twig: Twig; readonly why: string | null }) {
  const formIndex = useApp((s) => s.formIndex)
  const sendFrom = useApp((s) => s.sendFrom)
  const requests = useRequestList()
  const [index, setIndex] = useState(Math.min(formIndex, Math.max(0, requests.length - 1)))
  return (
    <div className="br__row">
      <label className="br__field-label">
        Send from here
        <select className="field" value={index} onChange={(event) => setIndex(Number(event.target.value))}>
          <RequestOptions requests={requests} />
        </select>
      </label>
      <Button
        look="primary"
        isDisabled={why !== null || requests.length === 0}
        onPress={() => void sendFrom(twig, index)}
      >
        <Icon name="send" size={14} />
        Send
      </Button>
    </div>
  )
}

function CompareWith(props: {
  readonly twig: Twig
  readonly twigs: readonly Twig[]
  readonly branches: readonly Branch[]
}) {
  const { twig, twigs, branches } = props
  const compareWith = useApp((s) => s.compareWith)
  const shown = useApp((s) => s.shown)
  const others = twigs.filter((other) => other !== twig && other.exchange !== null)
  // The same request in another line is what most people look for.
  const likely = others.find((other) => other.row !== twig.row && other.label === twig.label) ?? others[0]
  const [key, setKey] = useState(likely ? keyOf(likely) : '')
  const other = others.find((one) => keyOf(one) === key) ?? likely
  const own = branches[twig.line]?.document
  const theirs = other && branches[other.line]?.document
  if (twig.exchange === null || !other || !own || !theirs || !shown) return null
  const compare = () => {
    if (twig.exchange === null || other.exchange === null) return
    const names = { left: sideName(twig), right: sideName(other) }
    compareWith({
      kind: 'variant',
      name: names.right,
      other: names.left === names.right ? 'the chosen moment' : names.left,
      against: { ...shown, document: own },
      shown: { ...shown, document: theirs },
      at: { left: twig.exchange, right: other.exchange },
    })
  }
  return (
    <div className="br__row">
      <label className="br__field-label">
        Compare with
        <select className="field" value={keyOf(other)} onChange={(event) => setKey(event.target.value)}>
          {others.map((one) => (
            <option key={keyOf(one)} value={keyOf(one)}>
              {nameOf(one)}, {placeOf(one)}
            </option>
          ))}
        </select>
      </label>
      <Button onPress={compare}>
        <Icon name="beside" size={14} />
        Compare
      </Button>
    </div>
  )
}

const sideName = (twig: Twig): string => `${twig.label} in line ${twig.row + 1}, place ${twig.column}`

const PICTURE = 460
const LEAST = 300

function Picture({ twig, branches }: { readonly twig: Twig; readonly branches: readonly Branch[] }) {
  const document = branches[twig.line]?.document
  const { ref, width } = useBox({ width: PICTURE })
  const inner = Math.max(LEAST, Math.min(PICTURE, width))
  const shown = useMemo(() => {
    if (!document || twig.exchange === null) return null
    return foldExchange(viewOf(document, twig.exchange), { fits: fitsIn(onionBox(inner)) })
  }, [document, twig.exchange, inner])
  const [step, setStep] = useState<number | null>(null)
  if (!shown) return null
  return (
    <div className="br__picture" ref={ref}>
      <OnionView shown={shown} step={step ?? restingStep(shown)} onStep={setStep} width={inner} />
    </div>
  )
}
