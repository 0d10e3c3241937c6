// All that differs between two exchanges on the wire and in the stack, value beside value.
import type { DifferenceRow } from './pairs'

export function DifferenceTable(props: {
  readonly rows: readonly DifferenceRow[]
  readonly names: { readonly a: string; readonly b: string }
}) {
  const { rows, names } = props
  return (
    <table className="cmp__table">
      <caption className="sr-only">What differs</caption>
      <thead>
        <tr>
          <th scope="col">what differs</th>
          <th scope="col">{names.a}</th>
          <th scope="col">{names.b}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ what, isCode, left, right }, i) => (
          <tr key={i}>
            <th scope="row" className={isCode ? 'cmp__code' : ''}>
              {what}
            </th>
            <td>{left ?? <span className="cmp__absent">absent</span>}</td>
            <td>{right ?? <span className="cmp__absent">absent</span>}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
