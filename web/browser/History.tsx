// Every fetch of the session with its verdict; a press brings it into view.
import { useMemo } from 'react'
import { pageWords } from '../../engine/trace'
import { useApp } from '../store'
import { historyLines } from './readings'

export function History() {
  const shown = useApp((s) => s.shown)
  const chooseFetch = useApp((s) => s.chooseFetch)
  const lines = useMemo(() => (shown ? historyLines(shown.document) : []), [shown])
  if (lines.length === 0) return <p className="bp__empty">No page has asked for anything in this session.</p>
  return (
    <table className="history">
      <caption className="sr-only">What pages asked for in this session, in order</caption>
      <thead>
        <tr>
          <th scope="col">asked for</th>
          <th scope="col">verdict</th>
          <th scope="col">from</th>
        </tr>
      </thead>
      <tbody>
        {lines.map(({ fetch, what, verdict, tone, page }) => (
          <tr key={fetch}>
            <th scope="row">
              <button type="button" className="link link--plain" onClick={() => chooseFetch(fetch)}>
                {what}
              </button>
            </th>
            <td className={`history__verdict history__verdict--${tone}`}>{verdict}</td>
            <td>{pageWords(page)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
