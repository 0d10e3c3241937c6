// The options of a choice: radio buttons until it is checked, then what each of them rests on.
import type { Question } from '../../engine/lesson'
import { Icon } from '../ui'
import { Inline } from './Inline'

export interface ChooseFieldProps {
  readonly name: string
  readonly labelledBy: string
  readonly question: Extract<Question, { form: 'choose' }>
  readonly picked: number | null
  readonly isChecked: boolean
  /** Said beside the picked option once it is checked. */
  readonly remark: string
  readonly onPick: (option: number) => void
}

export function ChooseField({ name, labelledBy, question, picked, isChecked, remark, onPick }: ChooseFieldProps) {
  if (isChecked)
    return (
      <ul className="qz-opts qz-opts--done" aria-labelledby={labelledBy}>
        {question.options.map((option, index) => {
          const isPicked = index === picked
          const look = option.right ? 'qz-opt--right' : isPicked ? 'qz-opt--wrong' : ''
          return (
            <li key={option.text} className={`qz-opt ${look}`}>
              <i aria-hidden="true">
                {option.right ? (
                  <Icon name="check" size={13} />
                ) : isPicked ? (
                  <Icon name="cross" size={13} />
                ) : (
                  letter(index)
                )}
              </i>
              <span>
                <span className="sr-only">
                  {option.right ? 'Right answer: ' : isPicked ? 'Your answer, wrong: ' : ''}
                </span>
                <Inline text={option.text} />
                {isPicked && <small>{remark}</small>}
              </span>
            </li>
          )
        })}
      </ul>
    )
  return (
    <div className="qz-opts" role="radiogroup" aria-labelledby={labelledBy}>
      {question.options.map((option, index) => (
        <label key={option.text} className={`qz-opt${index === picked ? ' qz-opt--picked' : ''}`}>
          <input
            type="radio"
            className="sr-only"
            name={name}
            checked={index === picked}
            onChange={() => onPick(index)}
          />
          <i aria-hidden="true">{letter(index)}</i>
          <span>
            <Inline text={option.text} />
          </span>
        </label>
      ))}
    </div>
  )
}

function letter(index: number): string {
  return 'ABCDEF'.charAt(index)
}
