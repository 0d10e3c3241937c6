// Why the page sees what it sees: the verdict, what would have to change, and every rule in order.
import { useMemo } from 'react'
import { verdictSentence } from '../../engine/trace'
import { useShownStep } from '../app/use-exchange'
import { Ticked } from '../ui'
import { NoPage } from './NoPage'
import { fetchRules } from './readings'

export function Verdict() {
  const step = useShownStep()
  const fetch = step?.view.browser?.fetch ?? null
  const groups = useMemo(() => (step && fetch !== null ? fetchRules(step.document, fetch) : []), [step, fetch])
  const browser = step?.view.browser
  if (!step || !browser) return <NoPage hasRun={step !== null} />
  const view = step.document.fetches?.[browser.fetch]
  const isBlocked = view?.outcome === 'blocked'
  return (
    <div className="bp__part">
      <p className={isBlocked ? 'bp__lead bp__lead--bad' : 'bp__lead'}>{verdictSentence(step.view)}</p>
      {view && (
        <p className="bp__text">
          <Ticked text={view.text} />
        </p>
      )}
      {view?.fix && (
        <p className="bp__fix">
          <b>What would change it.</b> <Ticked text={view.fix} />
        </p>
      )}
      {view?.category && (
        <p className="bp__small">
          Chromium calls it <code>{view.category}</code>.
        </p>
      )}
      {groups.map(({ title, rules }, index) => (
        <section key={index} className="bp__group" aria-label={title ?? 'Before anything is sent'}>
          <h4 className="bp__title">{title ?? 'Before anything is sent'}</h4>
          <ol className="bp__rules">
            {rules.map((rule) => (
              <li key={rule.seq}>
                {rule.added.length > 0 ? (
                  <details>
                    <summary>
                      <Ticked text={rule.text} />
                    </summary>
                    <p className="bp__added">
                      {rule.added.map(([name, value], at) => (
                        <code key={at}>{`+ ${name}: ${value}`}</code>
                      ))}
                    </p>
                  </details>
                ) : (
                  <p>
                    <Ticked text={rule.text} />
                  </p>
                )}
                {rule.fix && rule.fix !== view?.fix && (
                  <p className="bp__fix">
                    <Ticked text={rule.fix} />
                  </p>
                )}
                {rule.source && <p className="bp__small">{rule.source}</p>}
              </li>
            ))}
          </ol>
        </section>
      ))}
    </div>
  )
}
