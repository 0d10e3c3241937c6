// The checks of the open lesson: what each asks for, whether it holds in the run on screen, and why not.
import { useMemo } from 'react'
import Markdown from 'react-markdown'
import { useApp } from '../store'
import { Icon } from '../ui'
import { checkSentences } from '../../engine/lesson'

/** Checks with their sentences; before a run they are read from the check file's own text. */
export function CheckList({ source }: { readonly source: string }) {
  const checks = useApp((s) => s.checks)
  const sentences = useMemo(() => checkSentences(source), [source])
  const results = checks.kind === 'done' ? checks.results : []
  const rows = results.length > 0 ? results : sentences.map((one) => ({ ...one, holds: null, reason: null }))
  const held = results.filter((result) => result.holds).length
  return (
    <section className="ls-checks" aria-label="Checks">
      <ul>
        {rows.map((row) => (
          <li
            key={row.id}
            className={row.holds === null ? 'ls-check' : row.holds ? 'ls-check ls-check--yes' : 'ls-check ls-check--no'}
          >
            {row.holds === null ? (
              <i className="ls-open" aria-hidden="true" />
            ) : (
              <Icon name={row.holds ? 'check' : 'cross'} size={14} />
            )}
            <div>
              <span className="sr-only">
                {row.holds === null ? 'Not run yet: ' : row.holds ? 'Holds: ' : 'Does not hold: '}
              </span>
              <Inline text={row.says} />
              {row.reason !== null && <small>{row.reason}</small>}
            </div>
          </li>
        ))}
      </ul>
      <p className="ls-tally" role="status">
        {checks.kind === 'none' && 'Run the program to check it.'}
        {checks.kind === 'running' && 'Checking.'}
        {checks.kind === 'failed' && `The checks could not be run: ${checks.message}`}
        {checks.kind === 'done' &&
          (held === results.length ? `All ${held} hold.` : `${held} of ${results.length} hold.`)}
      </p>
    </section>
  )
}

/** One sentence of markdown, without a paragraph around it. */
function Inline({ text }: { readonly text: string }) {
  return (
    <Markdown
      components={{ p: ({ children }) => <span>{children}</span> }}
      allowedElements={['p', 'code', 'em', 'strong']}
    >
      {text}
    </Markdown>
  )
}
