// A predicted response: one status, and a tick for each header that it carries.
import type { Judgement, Question } from '../../engine/lesson'
import { Icon } from '../ui'

export interface ResponseFieldProps {
  readonly name: string
  readonly labelledBy: string
  readonly question: Extract<Question, { form: 'response' }>
  readonly status: number | null
  readonly headers: readonly string[]
  /** Not null once it is checked. */
  readonly judged: Judgement | null
  readonly onStatus: (status: number) => void
  readonly onHeaders: (headers: readonly string[]) => void
}

export function ResponseField(props: ResponseFieldProps) {
  const { name, labelledBy, question, status, headers, judged, onStatus, onHeaders } = props
  const partOf = (part: string) => judged?.parts.find((one) => one.part === part) ?? null
  const statusPart = partOf('status')
  const toggle = (header: string) =>
    onHeaders(headers.includes(header) ? headers.filter((one) => one !== header) : [...headers, header])
  return (
    <div className="qz-response" role="group" aria-labelledby={labelledBy}>
      <fieldset>
        <legend>Status</legend>
        <div className="qz-seg qz-seg--mono">
          {question.statuses.map((one) => (
            <label key={one} className={lookOfStatus(one, status, question.status, judged !== null)}>
              <input
                type="radio"
                className="sr-only"
                name={name}
                checked={one === status}
                disabled={judged !== null}
                onChange={() => onStatus(one)}
              />
              {one}
              {judged && one === question.status && <Icon name="check" size={13} />}
              {judged && one === status && one !== question.status && <Icon name="cross" size={13} />}
            </label>
          ))}
        </div>
        {statusPart && (
          <span className="sr-only">{statusPart.right ? 'Right.' : `Wrong, it is ${statusPart.instead}.`}</span>
        )}
      </fieldset>
      <fieldset>
        <legend>Carries the header</legend>
        <div className="qz-opts">
          {question.headers.map((header) => {
            const part = partOf(header.name)
            const isTicked = headers.includes(header.name)
            const look = part ? (part.right ? 'qz-opt--right' : 'qz-opt--wrong') : isTicked ? 'qz-opt--picked' : ''
            return (
              <label key={header.name} className={`qz-opt qz-opt--tick ${look}`}>
                <input
                  type="checkbox"
                  className="sr-only"
                  checked={isTicked}
                  disabled={part !== null}
                  onChange={() => toggle(header.name)}
                />
                <i aria-hidden="true">{isTicked && <Icon name="check" size={13} />}</i>
                <span>
                  <code>{header.name}</code>
                  {part && (
                    <small>
                      {part.right ? 'Right' : 'Not so'}, it is {header.there ? 'there' : 'not there'}.
                    </small>
                  )}
                </span>
              </label>
            )
          })}
        </div>
      </fieldset>
    </div>
  )
}

function lookOfStatus(one: number, picked: number | null, right: number, isChecked: boolean): string {
  if (!isChecked) return one === picked ? 'on' : ''
  if (one === right) return 'right'
  return one === picked ? 'wrong' : ''
}
