// What the browser remembers beside cookies: answers to preflights, hosts that want https, responses.
import { useApp } from '../store'
import { Button } from '../ui'
import { allowedWords, leftWords } from './memory'
import { useMemory } from './use-memory'

export function Caches() {
  const { state, nowMs, isLive } = useMemory()
  const edit = useApp((s) => s.editBrowser)
  if (!state) return <p className="bp__empty">No page has used a browser in this session.</p>
  const { preflights, hsts, cache } = state
  const empty = (part: 'preflights' | 'hsts' | 'cache', text: string) => () => void edit({ ...state, [part]: [] }, text)
  return (
    <div className="bp__part">
      <Part
        title="Preflight cache"
        none="No answer to a preflight is remembered."
        isEmpty={preflights.length === 0}
        onEmpty={isLive ? empty('preflights', 'The preflight cache is emptied.') : null}
      >
        {preflights.map((entry, index) => (
          <li key={index}>
            <b>{allowedWords(entry)}</b> for {entry.origin}, {entry.credentials ? 'with' : 'without'} credentials
            <span className="bp__small">
              {' '}
              {entry.url}, {leftWords(entry.untilMs, nowMs)}
            </span>
          </li>
        ))}
      </Part>
      <Part
        title="HSTS"
        none="No host has asked for https alone."
        isEmpty={hsts.length === 0}
        onEmpty={isLive ? empty('hsts', 'The hosts that want https are forgotten.') : null}
      >
        {hsts.map(({ host, subdomains, untilMs }) => (
          <li key={host}>
            <b>{host}</b>
            {subdomains ? ' and hosts below' : ''}
            <span className="bp__small"> {leftWords(untilMs, nowMs)}</span>
          </li>
        ))}
      </Part>
      <Part
        title="HTTP cache"
        none="No response is stored."
        isEmpty={cache.length === 0}
        onEmpty={isLive ? empty('cache', 'The HTTP cache is emptied.') : null}
      >
        {cache.map(({ url, status, partition }, index) => (
          <li key={index}>
            <b>{status}</b> {url}
            <span className="bp__small"> for {partition}</span>
          </li>
        ))}
      </Part>
    </div>
  )
}

function Part(props: {
  readonly title: string
  readonly none: string
  readonly isEmpty: boolean
  readonly onEmpty: (() => void) | null
  readonly children: React.ReactNode
}) {
  const { title, none, isEmpty, onEmpty, children } = props
  return (
    <section aria-label={title} className="bp__group">
      <div className="bp__head">
        <h4 className="bp__title">{title}</h4>
        {!isEmpty && onEmpty && (
          <Button look="quiet" onPress={onEmpty} aria-label={`Empty: ${title}`}>
            Empty
          </Button>
        )}
      </div>
      {isEmpty ? <p className="bp__small">{none}</p> : <ul className="bp__items">{children}</ul>}
    </section>
  )
}
