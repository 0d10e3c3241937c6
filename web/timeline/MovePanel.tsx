// Every way to move, in one place: with its keys for those who type, with its buttons for those who point.
import { Button as AriaButton, Dialog, DialogTrigger, Heading, Popover } from 'react-aria-components'
import { PACES, useApp, type Pace } from '../store'
import { Button, Icon } from '../ui'
import type { Move } from './moves'
import type { Moves } from './use-moves'

interface Row {
  readonly name: string
  readonly previous: Move
  readonly next: Move
  /** As they stand on the keyboard, back first. */
  readonly keys: readonly (readonly string[])[]
}

const ROWS: readonly Row[] = [
  { name: 'Step', previous: 'previous', next: 'next', keys: [['←', '→']] },
  { name: 'Layer', previous: 'previous-layer', next: 'next-layer', keys: [['Shift ←', 'Shift →']] },
  {
    name: 'Line of yours',
    previous: 'previous-line',
    next: 'next-line',
    keys: [
      [',', '.'],
      ['Alt ←', 'Alt →'],
    ],
  },
  { name: 'Change', previous: 'previous-change', next: 'next-change', keys: [['[', ']']] },
  { name: 'Exception', previous: 'previous-exception', next: 'next-exception', keys: [['E', 'e']] },
  { name: 'Breakpoint', previous: 'previous-breakpoint', next: 'next-breakpoint', keys: [['B', 'b']] },
  { name: 'First and last', previous: 'first', next: 'last', keys: [['Home', 'End']] },
]

const PACE_NAMES: Readonly<Record<Pace, string>> = { 350: 'Fast', 700: 'Normal', 1400: 'Slow' }

export function MovePanel({ moves, onLink }: { readonly moves: Moves; readonly onLink: () => void }) {
  const grain = useApp((s) => s.grain)
  const setGrain = useApp((s) => s.setGrain)
  const pace = useApp((s) => s.pace)
  const setPace = useApp((s) => s.setPace)
  return (
    <DialogTrigger isOpen={moves.isHelpOpen} onOpenChange={moves.openHelp}>
      <AriaButton className="tl-control tl-more" aria-label="Ways to move, and their keys" aria-keyshortcuts="?">
        <Icon name="more" />
      </AriaButton>
      <Popover className="menu tl-moves" placement="top end">
        <Dialog aria-label="Ways to move, and their keys">
          <Heading slot="title" className="tl-moves__title">
            Ways to move
          </Heading>
          <table>
            <caption className="tl-unseen">Moves with their buttons and keys</caption>
            <tbody>
              {ROWS.map(({ name, previous, next, keys }) => (
                <tr key={name}>
                  <th scope="row">{name}</th>
                  <td>
                    <span className="tl-moves__pair">
                      <Button
                        look="quiet"
                        icon
                        aria-label={label('Previous', name)}
                        onPress={() => moves.move(previous)}
                      >
                        <Icon name="back" size={14} />
                      </Button>
                      <Button look="quiet" icon aria-label={label('Next', name)} onPress={() => moves.move(next)}>
                        <Icon name="chevron" size={14} />
                      </Button>
                    </span>
                  </td>
                  <td className="tl-moves__keys">
                    {keys.map((pair, at) => (
                      <span key={at}>
                        {at > 0 && ' '}
                        {pair.map((key) => (
                          <kbd key={key}>{key}</kbd>
                        ))}
                      </span>
                    ))}
                  </td>
                </tr>
              ))}
              <tr>
                <th scope="row">Play</th>
                <td>
                  <Choice
                    label="Pace of playing"
                    options={PACES.map((one) => ({ value: one, name: PACE_NAMES[one] }))}
                    chosen={pace}
                    onChoose={setPace}
                  />
                </td>
                <td className="tl-moves__keys">
                  <kbd>Space</kbd>
                </td>
              </tr>
              <tr>
                <th scope="row">A step is</th>
                <td colSpan={2}>
                  <Choice
                    label="What a step is"
                    options={[
                      { value: 'crossing', name: 'A crossing' },
                      { value: 'line', name: 'A line of yours' },
                    ]}
                    chosen={grain}
                    onChoose={setGrain}
                  />
                </td>
              </tr>
              <tr>
                <th scope="row">In the code</th>
                <td colSpan={2} className="tl-moves__code">
                  <kbd>F9</kbd> breakpoint, or click the margin
                  <br />
                  <kbd>Alt ↵</kbd> where the line ran, or click its number
                </td>
              </tr>
            </tbody>
          </table>
          <Button
            look="quiet"
            onPress={() => {
              moves.openHelp(false)
              onLink()
            }}
          >
            Copy a link to this moment
          </Button>
        </Dialog>
      </Popover>
    </DialogTrigger>
  )
}

function label(way: 'Previous' | 'Next', name: string): string {
  if (name === 'First and last') return way === 'Previous' ? 'First step' : 'Last step'
  return `${way} ${name.charAt(0).toLowerCase()}${name.slice(1)}`
}

function Choice<T extends string | number>(props: {
  readonly label: string
  readonly options: readonly { readonly value: T; readonly name: string }[]
  readonly chosen: T
  readonly onChoose: (value: T) => void
}) {
  return (
    <div className="tl-switch" role="group" aria-label={props.label}>
      {props.options.map(({ value, name }) => (
        <button key={value} type="button" aria-pressed={value === props.chosen} onClick={() => props.onChoose(value)}>
          {name}
        </button>
      ))}
    </div>
  )
}
