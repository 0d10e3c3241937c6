// Every fetch of the session with its verdict; a press brings it into view.
import { useMemo, useState } from 'react'
import { pageWords } from '../../engine/trace'
import { useApp } from '../store'
import { filterHistory, historyLines } from './readings'

/** So many are seen at a glance. */
const FEW = 5

export function History() {
  const shown = useApp((s) => s.shown)
  const chooseFetch = useApp((s) => s.chooseFetch)
  const all = useMemo(() => (shown ? historyLines(shown.document) : []), [shown])
  const [filter, setFilter] = useState('')
  const lines = useMemo(() => filterHistory(all, filter), [all, filter])
  if (all.length === 0) return <p className="bp__empty">No page has asked for anything in this session.</p>
  return (
    <div className="bp__part">
      {all.length > FEW && (
        <label className="history__filter">
          <span className="sr-only">Filter the history</span>
          <input
            className="field"
            type="search"
            placeholder="filter: path, status, blocked, cookie, page"
            value={filter}
            onChange={(event) => setFilter(event.target.value)}
          />
          <span className="bp__small" role="status">
            {filter === '' ? '' : `${lines.length} of ${all.length}`}
          </span>
        </label>
      )}
      <table className="history">
        <caption className="sr-only">What pages asked for in this session, in order</caption>
        <thead>
          <tr>
            <th scope="col">asked for</th>
            <th scope="col">verdict</th>
            <th scope="col">cookies</th>
            <th scope="col">from</th>
          </tr>
        </thead>
        <tbody>
          {lines.map(({ fetch, what, verdict, tone, page, before, cookies }) => (
            <tr key={fetch}>
              <th scope="row">
                <button type="button" className="link link--plain" onClick={() => chooseFetch(fetch)}>
                  {what}
                </button>
                {before !== '' && <span className="bp__small">after {before}</span>}
              </th>
              <td className={`history__verdict history__verdict--${tone}`}>{verdict}</td>
              <td className="history__cookies">{cookies}</td>
              <td>{pageWords(page)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
