// The Set-Cookie lines of the answer that is shown: what each attribute does, and what the jar made of the whole.
import { useMemo } from 'react'
import { useShownStep } from '../app/use-exchange'
import { Ticked } from '../ui'
import { setCookies } from './readings'

export function SetCookies() {
  const step = useShownStep()
  const lines = useMemo(() => (step && step.index !== null ? setCookies(step.document, step.index) : []), [step])
  if (lines.length === 0) return null
  return (
    <section className="bp__group" aria-label="Set-Cookie, word by word">
      <h4 className="bp__title">Set-Cookie, word by word</h4>
      {lines.map(({ view, verdict, isStored }, index) => (
        <details key={index} className="set-cookie">
          <summary>
            <code>
              <b>{view.name}</b>={view.value}
            </code>{' '}
            {verdict && (
              <span className={isStored ? 'set-cookie__ok' : 'set-cookie__bad'}>
                {isStored ? 'stored' : 'not stored'}
              </span>
            )}
          </summary>
          {verdict && (
            <p>
              <Ticked text={verdict} />
            </p>
          )}
          <table className="set-cookie__table">
            <caption className="sr-only">Attributes of {view.name}</caption>
            <tbody>
              {view.attributes.map(({ text, effect, isIgnored }, at) => (
                <tr key={at}>
                  <th scope="row">{isIgnored ? <s>{text}</s> : text}</th>
                  <td>
                    <Ticked text={effect} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          {view.defaults.length > 0 && <p className="bp__small">{view.defaults.join(' ')}</p>}
        </details>
      ))}
    </section>
  )
}
