// What the server said beside what the page may see: status, headers with the reason, body before and after decoding.
import { useMemo } from 'react'
import type { BodyText } from '../../engine/protocol'
import { useShownStep } from '../app/use-exchange'
import { byteWords } from '../app/words'
import { NoPage } from './NoPage'
import { compareWithWire, type WireLine, type WireView } from './readings'

/** Longer bodies are cut: the response tab has all of what came. */
const BODY_CHARS = 4000

export function PageAndWire() {
  const step = useShownStep()
  const wire = useMemo(() => {
    if (!step?.view.browser) return null
    const exchange = step.index === null ? undefined : step.document.exchanges[step.index]
    return compareWithWire(exchange?.response ?? null, step.view.browser)
  }, [step])
  if (!step?.view.browser) return <NoPage hasRun={step !== null} />
  if (!wire) return <p className="bp__empty">Nothing came over the wire, so there is nothing to compare.</p>
  return (
    <div className="bp__part">
      <table className="wire">
        <caption className="sr-only">The response as the server said it, and as the page may see it</caption>
        <thead>
          <tr>
            <th scope="col">
              <span className="sr-only">Part</span>
            </th>
            <th scope="col">the server said</th>
            <th scope="col">the page may see</th>
          </tr>
        </thead>
        <tbody>
          {[wire.status, ...wire.headers].map((line, index) => (
            <Line key={index} line={line} />
          ))}
        </tbody>
      </table>
      <Bodies wire={wire} />
    </div>
  )
}

function Line({ line }: { readonly line: WireLine }) {
  const { name, wire, page, why } = line
  return (
    <tr>
      <th scope="row">{name}</th>
      <td data-side="the server said">
        {wire?.map((text, index) => (
          <span key={index} className="wire__line">
            {text}
          </span>
        )) ?? <span className="wire__none">nothing</span>}
      </td>
      <td data-side="the page may see">
        {page === null ? (
          <span className="wire__none">{why}</span>
        ) : page === wire?.join(', ') ? (
          <Same text={page} />
        ) : (
          page
        )}
      </td>
    </tr>
  )
}

function Same({ text }: { readonly text: string }) {
  return <span className="wire__same">{text}</span>
}

function Bodies({ wire }: { readonly wire: WireView }) {
  const { wireBody, pageBody, wireBytes, pageBytes, coding } = wire
  return (
    <div className="wire__bodies">
      <Body
        title="Body on the wire"
        note={`${byteWords(wireBytes)}${coding === null ? '' : `, ${coding}`}`}
        body={wireBody}
        none="no body"
      />
      <Body
        title="Body for the page"
        note={pageBytes === null ? 'nothing' : `${byteWords(pageBytes)}${coding === null ? '' : ', decoded'}`}
        body={pageBody}
        none="The page reads no body."
      />
    </div>
  )
}

function Body(props: {
  readonly title: string
  readonly note: string
  readonly body: BodyText | null
  readonly none: string
}) {
  const { title, note, body, none } = props
  const text = body?.text ?? ''
  return (
    <section aria-label={title}>
      <h4 className="bp__title">
        {title} <span className="bp__small">{note}</span>
      </h4>
      {text === '' ? (
        <p className="wire__none">{none}</p>
      ) : (
        <>
          {body?.encoding === 'base64' && <p className="bp__small">Bytes that are no text, as base64.</p>}
          <pre className="code-text code-text--wrap" tabIndex={0} aria-label={title}>
            {text.length > BODY_CHARS ? `${text.slice(0, BODY_CHARS)} …` : text}
          </pre>
        </>
      )}
    </section>
  )
}
