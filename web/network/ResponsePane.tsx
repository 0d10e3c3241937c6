// What came over the wire for the exchange on screen: status, headers in order with duplicates, body, exception.
import { useMemo, useState } from 'react'
import type { Exchange, HeaderList, SocketView } from '../../engine/protocol'
import { bodyBytes } from '../../engine/requests'
import { closeWords, verdictSentence, type ExchangeView } from '../../engine/trace'
import { useShownStep, type ShownStep } from '../app/use-exchange'
import { byteWords, statusTone, timeWords } from '../app/words'
import { useApp } from '../store'
import { Icon, Ticked } from '../ui'
import { colourJson, readBody } from './body-text'
import { readTraceback } from './console-lines'
import { hintFor } from './hints'
import './network.css'
import { TracebackView } from './TracebackView'

export function ResponsePane() {
  const step = useShownStep()
  const phase = useApp((s) => s.phase)
  const exchange = step?.index == null ? undefined : step.document.exchanges[step.index]
  if (step && !exchange) return <UnsentLine view={step.view} />
  if (!step || !exchange) {
    return (
      <p className="dock__empty">
        {phase === 'idle' ? 'No response yet. Press Run to send the requests.' : 'The requests are on their way.'}
      </p>
    )
  }
  return (
    <div className="response">
      <StatusLine exchange={exchange} step={step} />
      {exchange.error && <ErrorPart error={exchange.error} />}
      {exchange.response && <Headers headers={exchange.response.headers} step={step} />}
      {isTalk(exchange) ? (
        <Talk socket={exchange.socket} startedAt={exchange.startedAt} />
      ) : (
        exchange.response && <Body exchange={exchange} />
      )}
    </div>
  )
}

/** A WebSocket whose handshake was accepted; one that was refused has a response like any other. */
function isTalk(exchange: Exchange): exchange is Exchange & { readonly socket: SocketView } {
  return exchange.socket !== undefined && exchange.response?.status === 101
}

function StatusLine({ exchange, step }: { readonly exchange: Exchange; readonly step: ShownStep }) {
  const { response } = exchange
  const answering = step.view.rings.find((ring) => ring.shortCircuit)
  const time = `${timeWords(exchange.endedAt - exchange.startedAt)} of virtual time`
  if (!response) {
    return (
      <p className="response__status">
        <span className="chip chip--bad">
          <Icon name="cross" size={12} />
          no response
        </span>
        <span className="response__meta">{step.view.outcome.kind === 'stopped' ? `stopped after ${time}` : time}</span>
      </p>
    )
  }
  const tone = statusTone(response.status)
  const { bytes } = readBody(response.body, response.bodyEncoding, response.headers)
  const what = isTalk(exchange) ? 'WebSocket' : byteWords(bytes)
  const how = isTalk(exchange)
    ? closeWords(exchange.socket.close)
    : answering
      ? `answered by ${answering.name}`
      : 'HTTP/1.1'
  return (
    <p className="response__status">
      <span className={`chip chip--${tone}`}>
        {tone !== 'short' && <Icon name={tone === 'ok' ? 'check' : 'cross'} size={12} />}
        {`${response.status} ${response.reason}`}
      </span>
      <span className="response__meta">
        {[...(step.view.outcome.kind === 'read' ? [what, time, how] : [pageNote(step.view), what, time])].join(', ')}
      </span>
    </p>
  )
}

/** What the server said is not what the page sees. */
function pageNote({ outcome, browser }: ExchangeView): string {
  if (outcome.kind === 'blocked') return 'sent by the server, not shown to the page'
  if (outcome.kind === 'opaque') return 'sent by the server, opaque to the page'
  return browser?.role === 'preflight' ? 'for the browser, which asked first' : 'for the browser, which follows it'
}

/** A fetch that never got to the server. */
function UnsentLine({ view }: { readonly view: ExchangeView }) {
  const { response, verdict } = view.browser ?? {}
  return (
    <div className="response">
      <p className="response__status">
        <span className={`chip ${response ? 'chip--ok' : 'chip--bad'}`}>
          <Icon name={response ? 'check' : 'cross'} size={12} />
          {response ? `${response.status} ${response.statusText}` : 'not sent'}
        </span>
        <span className="response__meta">{verdictSentence(view)}</span>
      </p>
      {verdict && (
        <p className="response__hint">
          <Ticked text={verdict.text} />
        </p>
      )}
    </div>
  )
}

/** Headers as sent; those that the step in view has changed are marked. */
function Headers({ headers, step }: { readonly headers: HeaderList; readonly step: ShownStep }) {
  const at = step.view.steps[step.whole]
  const ring = at && at.direction !== 'in' ? step.view.rings[at.ring] : undefined
  const touched = new Set(ring?.response.headers.map(({ name }) => name.toLowerCase()))
  return (
    <div className="response__pairs">
      <table className="pairs" aria-label="Response headers, in the order in which they were sent">
        <tbody>
          {headers.map(([name, value], index) => (
            <tr key={index} className={touched.has(name.toLowerCase()) ? 'pairs__now' : undefined}>
              <th scope="row">{name}</th>
              <td>{value}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Body({ exchange }: { readonly exchange: Exchange }) {
  const [isPretty, setIsPretty] = useState(false)
  const { response } = exchange
  const reading = useMemo(
    () => (response ? readBody(response.body, response.bodyEncoding, response.headers) : null),
    [response],
  )
  if (!reading) return null
  if (reading.kind === 'empty') return <p className="response__note">The body is empty.</p>
  const text = isPretty ? (reading.pretty ?? reading.text) : reading.text
  return (
    <div className="response__body">
      {reading.pretty !== null && (
        <label className="response__toggle">
          <input type="checkbox" checked={isPretty} onChange={(event) => setIsPretty(event.target.checked)} />
          Pretty
        </label>
      )}
      {reading.kind === 'bytes' && (
        <p className="response__note">{byteWords(reading.bytes)} that are no text, shown as base64.</p>
      )}
      <pre
        className={reading.kind === 'bytes' ? 'code-text code-text--wrap' : 'code-text'}
        tabIndex={0}
        aria-label="Body"
      >
        {reading.kind === 'json'
          ? colourJson(text).map((part, index) => (
              <span key={index} className={`c-${part.kind}`}>
                {part.text}
              </span>
            ))
          : text}
      </pre>
    </div>
  )
}

/** What was said over a WebSocket, in order, each with the virtual time since the handshake. */
function Talk({ socket, startedAt }: { readonly socket: SocketView; readonly startedAt: number }) {
  if (socket.messages.length === 0) return <p className="response__note">Nothing was said.</p>
  return (
    <ol className="talk" aria-label="Messages, in order">
      {socket.messages.map(({ from, frame, data, at }, index) => (
        <li key={index} className={`talk__message talk__message--${from}`}>
          <span className="talk__at num">{timeWords(at - startedAt)}</span>
          <span className="talk__from">{from}</span>
          <span className="talk__text">{frame === 'text' ? data.text : `${byteWords(bodyBytes(data))} of binary`}</span>
        </li>
      ))}
    </ol>
  )
}

function ErrorPart({ error }: { readonly error: NonNullable<Exchange['error']> }) {
  const hint = hintFor(error)
  const text = error.traceback ?? error.full
  const parts = useMemo(() => readTraceback(text ?? `${error.type}: ${error.message}`), [text, error])
  return (
    <div className="response__error">
      {hint && <p className="response__hint">{hint}</p>}
      <TracebackView parts={parts} full={error.full ?? null} />
    </div>
  )
}
