// A described value: one line, which opens to what is inside.
import { useState } from 'react'
import type { Described } from '../store'
import { Icon } from '../ui'

export function Value({ value, name }: { readonly value: Described; readonly name?: string }) {
  const [isOpen, setIsOpen] = useState(false)
  const text = (
    <>
      {name !== undefined && <span className="value__name">{name}: </span>}
      <span className={`value__text value__text--${value.kind}`}>{value.text}</span>
    </>
  )
  if (value.table) return <ValueTable {...value.table} />
  if (!value.entries) return <span className="value">{text}</span>
  return (
    <span className="value value--opens">
      <button type="button" className="value__toggle" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
        <Icon name={isOpen ? 'minus' : 'plus'} size={10} />
        {text}
      </button>
      {isOpen && (
        <ul className="value__entries">
          {value.entries.map(([key, entry], index) => (
            <li key={index}>
              <Value name={key} value={entry} />
            </li>
          ))}
        </ul>
      )}
    </span>
  )
}

function ValueTable({ columns, rows }: NonNullable<Described['table']>) {
  return (
    <div className="value-table">
      <table>
        <thead>
          <tr>
            {columns.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([index, ...cells], at) => (
            <tr key={at}>
              <th scope="row">{index}</th>
              {cells.map((text, column) => (
                <td key={column}>{text}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
