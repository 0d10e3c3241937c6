// One layer from all sides: request and response before and behind it, what it set, its time, its lines, its logs.
// Draws what `readLayer` has read; knows no store.
import { useMemo } from 'react'
import type { RunDocument, SourceFiles } from '../../engine/protocol'
import {
  readLayer,
  ringWords,
  type ExchangeView,
  type LayerLine,
  type LayerMessage,
  type LayerReading,
  type LayerTime,
  type RingView,
} from '../../engine/trace'
import { Button, Icon } from '../ui'
import { CodeLines } from './CodeLines'
import './inspect.css'
import { columnWords, kindWords, moreWords, sameWords, timeSentence } from './words'

export interface LayerInspectorProps {
  readonly document: RunDocument
  /** Index of the exchange; null for a fetch that sent nothing. */
  readonly index: number | null
  readonly view: ExchangeView
  /** Index of the ring in `view.rings`; −1 is the page. */
  readonly at: number
  /** Last event that is behind the cursor: lines after it have not run yet. */
  readonly lastSeq: number
  /** The files that ran. */
  readonly files: SourceFiles
  /** Goes to a line in the editor. */
  readonly onLine: (file: string, line: number) => void
  /** Chooses another ring by its id. */
  readonly onRing: (id: string) => void
}

export function LayerInspector(props: LayerInspectorProps) {
  const { document, index, view, at, lastSeq, files, onLine, onRing } = props
  const reading = useMemo(() => readLayer(document, index, view, at), [document, index, view, at])
  const go = (to: number) => {
    const ring = view.rings[to]
    if (ring) onRing(ring.id)
  }
  return (
    <div className="inspect">
      <div className="inspect__head">
        <Button look="quiet" icon aria-label="Next layer outwards" isDisabled={at <= 0} onPress={() => go(at - 1)}>
          <Icon name="back" size={14} />
        </Button>
        <Button
          look="quiet"
          icon
          aria-label="Next layer inwards"
          isDisabled={at >= view.rings.length - 1}
          onPress={() => go(at + 1)}
        >
          <Icon name="chevron" size={14} />
        </Button>
        <h3 className="inspect__name">{reading?.ring.name ?? (view.browser ? 'The page' : 'The client')}</h3>
        {reading && <Origin ring={reading.ring} onLine={onLine} />}
      </div>
      {reading ? (
        <Facts reading={reading} view={view} at={at} files={files} lastSeq={lastSeq} onLine={onLine} />
      ) : (
        <p className="inspect__say">It stands outside of every layer. Click a ring to see what happened there.</p>
      )}
    </div>
  )
}

function Origin({ ring, onLine }: { readonly ring: RingView; readonly onLine: LayerInspectorProps['onLine'] }) {
  const { file, line } = ring
  const kind = kindWords(ring)
  return (
    <span className="inspect__origin">
      {kind}
      {file !== null && line !== null && (
        <>
          {kind && ', '}
          <button className="link" type="button" onClick={() => onLine(file, line)}>
            {file}, line {line}
          </button>
        </>
      )}
    </span>
  )
}

interface FactsProps extends Pick<LayerInspectorProps, 'view' | 'at' | 'files' | 'lastSeq' | 'onLine'> {
  readonly reading: LayerReading
}

function Facts({ reading, view, at, files, lastSeq, onLine }: FactsProps) {
  const { ring, request, response, state, time, code, logs } = reading
  const said = ringWords(view, at)
  return (
    <>
      <p className="inspect__say">{`${said.charAt(0).toUpperCase()}${said.slice(1)}.`}</p>
      {ring.reached && (
        <>
          <Message
            of="request"
            message={request}
            ring={ring}
            hasPage={view.browser !== null}
            isTurn={at === view.turn}
          />
          <Message
            of="response"
            message={response}
            ring={ring}
            hasPage={view.browser !== null}
            isTurn={at === view.turn}
          />
        </>
      )}
      {state.length > 0 && (
        <section className="inspect__part" aria-label="Set here">
          <h4>Set here</h4>
          <table className="inspect__table">
            <thead className="sr-only">
              <tr>
                <th scope="col">kind</th>
                <th scope="col">key</th>
                <th scope="col">before</th>
                <th scope="col">after</th>
              </tr>
            </thead>
            <tbody>
              {state.map(({ where, key, before, after }, i) => (
                <tr key={i} className={`inspect__line inspect__line--${before === null ? 'added' : 'changed'}`}>
                  <td className="inspect__mark">{WHERE[where]}</td>
                  <th scope="row">{key}</th>
                  <td data-head="before">{before === null ? '' : <del>{before}</del>}</td>
                  <td data-head="after">{after === null ? 'removed' : <ins>{after}</ins>}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
      {time && <Time time={time} isCore={at === view.rings.length - 1} />}
      {(code.length > 0 || (ring.file !== null && ring.file in files)) && (
        <section className="inspect__part" aria-label="Code">
          <h4>Code</h4>
          <CodeLines ring={ring} code={code} files={files} lastSeq={lastSeq} onLine={onLine} />
        </section>
      )}
      {logs.length > 0 && (
        <section className="inspect__part" aria-label="Said here">
          <h4>Said here</h4>
          <ol className="inspect__logs">
            {logs.map(({ seq, source, level, text }) => (
              <li key={seq} className={seq > lastSeq ? 'inspect__later' : undefined}>
                <span className="inspect__mark">{level ? `${source} ${level}` : source}</span>
                <code>{text.trimEnd()}</code>
              </li>
            ))}
          </ol>
        </section>
      )}
    </>
  )
}

const WHERE = { request: 'request.state', app: 'app.state', contextvar: 'contextvar', scope: 'scope' } as const

interface MessageProps {
  readonly of: 'request' | 'response'
  readonly message: LayerMessage | null
  readonly ring: RingView
  readonly hasPage: boolean
  readonly isTurn: boolean
}

function Message({ of, message, ring, hasPage, isTurn }: MessageProps) {
  const name = of === 'request' ? 'Request' : 'Response'
  const lines = message ? allLines(message) : []
  const changed = lines.filter(({ kind }) => kind !== 'same')
  const same = lines.filter(({ kind }) => kind === 'same')
  const heads = columnWords(of, ring, hasPage)
  const hides = of === 'response' && ring.role === 'browser' && hasPage
  const note = sameWords(message, of, ring, isTurn)
  return (
    <section className="inspect__part" aria-label={name}>
      <h4>{name}</h4>
      {note && <p className="inspect__note">{note}</p>}
      {changed.length > 0 && <Lines lines={changed} heads={heads} hides={hides} caption={`${name}, what differs`} />}
      {same.length > 0 && (
        <details className="inspect__more">
          <summary>{moreWords(same.length, changed.length > 0)}</summary>
          <Lines lines={same} heads={heads} hides={hides} caption={`${name}, what stayed`} />
        </details>
      )}
    </section>
  )
}

/** Status and body stand with the headers, as lines of the same kind. */
function allLines({ lines, status, body }: LayerMessage): LayerLine[] {
  const all: LayerLine[] = []
  if (status && status.after !== null) all.push(lineOf('status', status.before, status.after, String))
  all.push(...lines)
  if (body) {
    const line = lineOf('body', body.before, body.after, (bytes) => `${bytes} ${bytes === 1 ? 'byte' : 'bytes'}`)
    // Other bytes may be as many.
    all.push(body.changed ? { ...line, kind: 'changed' } : line.kind === 'changed' ? { ...line, kind: 'same' } : line)
  }
  return all
}

function lineOf(
  name: string,
  before: number | null,
  after: number | null,
  words: (value: number) => string,
): LayerLine {
  const kind = before === after ? 'same' : before === null ? 'added' : after === null ? 'removed' : 'changed'
  return { name, kind, before: before === null ? null : words(before), after: after === null ? null : words(after) }
}

const SIGNS = { added: '+', changed: '~', removed: '−', same: '' } as const

function Lines(props: {
  readonly lines: readonly LayerLine[]
  readonly heads: readonly [string, string]
  /** What the page does not get is hidden from it, not removed. */
  readonly hides: boolean
  readonly caption: string
}) {
  const { lines, heads, hides, caption } = props
  const isSame = lines.every(({ kind }) => kind === 'same')
  return (
    <table className={`inspect__table${isSame ? ' inspect__table--same' : ''}`}>
      <caption className="sr-only">{caption}</caption>
      <thead>
        <tr>
          <th scope="col" className="inspect__mark">
            <span className="sr-only">difference</span>
          </th>
          <th scope="col">
            <span className="sr-only">name</span>
          </th>
          {isSame ? (
            <th scope="col">
              <span className="sr-only">value</span>
            </th>
          ) : (
            heads.map((head) => (
              <th scope="col" key={head}>
                {head}
              </th>
            ))
          )}
        </tr>
      </thead>
      <tbody>
        {lines.map(({ name, kind, before, after }, i) => (
          <tr key={i} className={`inspect__line inspect__line--${kind}`}>
            <td className="inspect__mark">
              {kind !== 'same' && (
                <>
                  <b aria-hidden="true">{SIGNS[kind]}</b> {hides && kind === 'removed' ? 'hidden' : kind}
                </>
              )}
            </td>
            <th scope="row">{name}</th>
            {isSame ? (
              <td>{after}</td>
            ) : (
              <>
                <td data-head={heads[0]}>{before === null ? '' : kind === 'same' ? before : <del>{before}</del>}</td>
                <td data-head={heads[1]}>{after === null ? '' : kind === 'same' ? after : <ins>{after}</ins>}</td>
              </>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Time({ time, isCore }: { readonly time: LayerTime; readonly isCore: boolean }) {
  const { whole, own } = time
  const share = whole > 0 ? (100 * own) / whole : 0
  return (
    <section className="inspect__part" aria-label="Time">
      <h4>Time</h4>
      <div className="inspect__time">
        <p>{timeSentence(time, isCore)}</p>
        {whole > 0 && !isCore && (
          <div className="inspect__bar" aria-hidden="true">
            <i style={{ inlineSize: `${share}%` }} />
          </div>
        )}
      </div>
    </section>
  )
}
