// The inspector's smaller tabs: state and time of the step in view. Draws what the trace room has read.
import { rowName, type ShownExchange } from '../../engine/trace'
import { timeWords } from './words'

interface Props {
  readonly shown: ShownExchange
  readonly step: number
}

function Nothing({ children }: { readonly children: string }) {
  return <p className="facts__none">{children}</p>
}

/** Entries of the scope that each layer up to the step has written. */
export function StateFacts({ shown, step }: Props) {
  const at = shown.steps[step]
  const deepest = Math.max(
    -1,
    ...shown.steps.slice(0, step + 1).map(({ ring, direction }) => (direction === 'in' ? ring : -1)),
  )
  const changes = shown.view.rings.slice(0, deepest + 1).flatMap((ring) =>
    ring.request.scope.map((change) => ({
      ...change,
      by: ring.name,
      isNow: ring === shown.view.rings[at?.ring ?? -1],
    })),
  )
  if (changes.length === 0) return <Nothing>No layer has written to the request's state or scope so far.</Nothing>
  return (
    <table className="pairs facts__table" aria-label="What layers wrote to the request">
      <tbody>
        {changes.map(({ key, before, after, by, isNow }, index) => (
          <tr key={index} className={isNow ? 'pairs__now' : undefined}>
            <th scope="row">{key}</th>
            <td>
              {before !== null && <del>{before}</del>} {after ?? 'removed'}
            </td>
            <td className="facts__by">{by}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** Each step with its virtual time. */
export function TimeFacts({ shown, step, onStep }: Props & { readonly onStep: (step: number) => void }) {
  const { view, steps, rows } = shown
  return (
    <table
      className="pairs facts__table facts__table--time"
      aria-label="When each step happened, in virtual time from the start of the exchange"
    >
      <tbody>
        {steps.map((one, index) => {
          const row = rows[one.row]
          const before = steps[index - 1]
          const gap = before ? one.at - before.at : 0
          return (
            <tr key={index} className={index === step ? 'pairs__now' : undefined}>
              <th scope="row">
                <button className="link link--plain" type="button" onClick={() => onStep(index)}>
                  {timeWords(one.at - view.startedAt)}
                </button>
              </th>
              <td>{`${stepWord(one.kind, one.direction)} ${row ? rowName(shown, row) : 'the page'}`}</td>
              <td className="facts__by num">{gap > 0 ? `+ ${timeWords(gap)}` : ''}</td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}

function stepWord(kind: ShownExchange['steps'][number]['kind'], direction: 'in' | 'out' | 'error'): string {
  if (kind === 'leave') return 'leaves'
  if (kind === 'arrive') return 'arrives at'
  if (kind === 'stop') return 'stopped in'
  if (kind === 'raise') return 'raised in'
  if (kind === 'catch') return 'caught by'
  if (kind === 'pass') return 'skips'
  return direction === 'in' ? 'into' : 'out of'
}
