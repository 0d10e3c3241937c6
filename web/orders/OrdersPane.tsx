// All orders of the layers: what they do, in how many ways, and which order keeps to which rule. One press runs an order
// or writes it into the code.
import { useMemo, useState } from 'react'
import type { LayerOrigin } from '../../engine/protocol'
import { StackPicture } from '../onion'
import { changedSince, useApp } from '../store'
import { Button, Icon, Ticked } from '../ui'
import './orders.css'
import { factorial, readWays, type Seen, type Way, type Ways } from './ways'

export function OrdersPane() {
  const orders = useApp((s) => s.orders)
  const tryOrders = useApp((s) => s.tryOrders)
  const stopOrders = useApp((s) => s.stopOrders)
  if (orders.kind === 'idle')
    return (
      <Message
        title="Which order is right?"
        text="Every order of the layers is run with all your requests, each in a clean session. The code stays as it is."
      >
        <Button look="primary" onPress={() => void tryOrders()}>
          Try all orders
        </Button>
      </Message>
    )
  if (orders.kind === 'asking')
    return (
      <Message
        title={`${orders.middlewares} layers have ${factorial(orders.middlewares).toLocaleString('en')} orders`}
        text={
          orders.middlewares > 8
            ? 'That is more than fit into memory. Take some layers out, and try again.'
            : 'To try them all takes minutes. It can be stopped at any time.'
        }
      >
        {orders.middlewares <= 8 && (
          <Button look="primary" onPress={() => void tryOrders(true)}>
            Try them all the same
          </Button>
        )}
      </Message>
    )
  if (orders.kind === 'trying')
    return (
      <Message
        title={orders.count === null ? 'Trying every order' : `Trying ${orders.count.of.toLocaleString('en')} orders`}
        text="Each begins with a clean session."
      >
        <progress
          className="orders__progress"
          aria-label="Orders tried"
          max={orders.count?.of ?? 1}
          value={orders.count?.done}
        />
        <Button onPress={stopOrders}>
          <Icon name="stop" size={14} />
          Stop
        </Button>
      </Message>
    )
  if (orders.kind === 'failed')
    return (
      <Message title="The orders could not be tried" text={orders.why}>
        <Button onPress={() => void tryOrders()}>Try again</Button>
      </Message>
    )
  return <Found />
}

function Message(props: { readonly title: string; readonly text: string; readonly children?: React.ReactNode }) {
  return (
    <div className="orders-say" role="status">
      <p className="orders__title">{props.title}</p>
      <p className="orders__lead">
        <Ticked text={props.text} />
      </p>
      <div className="orders__buttons">{props.children}</div>
    </div>
  )
}

function Found() {
  const orders = useApp((s) => s.orders)
  const files = useApp((s) => s.files)
  const tryOrders = useApp((s) => s.tryOrders)
  const result = orders.kind === 'found' ? orders.result : null
  const ways = useMemo(() => (result ? readWays(result) : null), [result])
  if (orders.kind !== 'found' || !ways) return null
  const origins = ways.names.map((_, at): LayerOrigin => orders.layers[at]?.origin ?? 'yours')
  const { count, rows } = ways
  const isOld = changedSince(orders.files, files) !== null
  const isOne = ways.ways.length === 1
  return (
    <div className="orders">
      <div className="orders__head">
        <div>
          <p className="orders__title">
            {count === 1
              ? 'There is one order, and it is the one that is written.'
              : `These ${count.toLocaleString('en')} orders behave ${isOne ? 'all alike' : `in ${ways.ways.length} ways`}.`}
          </p>
          <p className="orders__lead">
            {rows.length} {rows.length === 1 ? 'request' : 'requests'} against each order,{' '}
            {(rows.length * count).toLocaleString('en')} in all. Orders are alike when no client can tell them apart.
            {isOld && ' The files have changed since.'}
          </p>
        </div>
        <Button onPress={() => void tryOrders()}>Try all again</Button>
      </div>
      <Stopping />
      {/* Wide tables scroll in their own frame, also by key. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- A region that scrolls must be reached by key. */}
      <div className="orders__frame" role="region" aria-label="Ways in which the orders behave" tabIndex={0}>
        <table className="orders__table">
          <thead>
            <tr>
              <th scope="col" className="orders__label">
                <span className="sr-only">Request</span>
                <Legend ways={ways} origins={origins} />
              </th>
              {ways.ways.map((way, at) => (
                <th scope="col" key={at} className="orders__way">
                  <WayHead way={way} ways={ways} origins={origins} isOld={isOld} />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, at) => (
              <tr key={row.id}>
                <th scope="row" className="orders__label">
                  <code>{row.title}</code>
                  {row.from && <span>{row.from}</span>}
                </th>
                {ways.ways.map((way, column) => {
                  const seen = way.seen[at]
                  return (
                    <td key={column} className={cellClass(seen)}>
                      {seen && <SeenCell seen={seen} />}
                    </td>
                  )
                })}
              </tr>
            ))}
            <tr className="orders__row-orders">
              <th scope="row" className="orders__label">
                The orders
                <span>A press runs one beside the code as it is written; the pencil writes it into the code.</span>
              </th>
              {ways.ways.map((way, at) => (
                <td key={at}>
                  <Chips way={way} ways={ways} origins={origins} hasWritten={at === 0 && !isOld} />
                </td>
              ))}
            </tr>
          </tbody>
        </table>
      </div>
      <Readable ways={ways} />
    </div>
  )
}

/** What became of a press: while an order runs, and where it gave no run. */
function Stopping() {
  const trying = useApp((s) => s.trying)
  const trouble = useApp((s) => s.variantTrouble)
  if (trying === null && trouble === null) return null
  return (
    <p className="orders__lead" role="status">
      {trying === null ? trouble : `Running it as ${trying}.`}
    </p>
  )
}

function Legend({ ways, origins }: { readonly ways: Ways; readonly origins: readonly LayerOrigin[] }) {
  return (
    <span className="orders__legend">
      {ways.names.map((name, at) => (
        <span key={at}>
          <Letter ways={ways} at={at} origins={origins} />
          {name}
        </span>
      ))}
      <small>Letters stand from the outside in.</small>
    </span>
  )
}

function Letter({
  ways,
  at,
  origins,
}: {
  readonly ways: Ways
  readonly at: number
  readonly origins: readonly LayerOrigin[]
}) {
  return (
    <span className={`orders__letter orders__letter--${origins[at] ?? 'yours'}`} aria-hidden="true">
      {ways.letters[at]}
    </span>
  )
}

function WayHead({
  way,
  ways,
  origins,
  isOld,
}: {
  readonly way: Way
  readonly ways: Ways
  readonly origins: readonly LayerOrigin[]
  readonly isOld: boolean
}) {
  const [first = []] = way.orders
  return (
    <>
      <span className="orders__count">
        <b>{way.orders.length}</b> {way.orders.length === 1 ? 'order' : 'orders'}
      </span>
      <span className="orders__headline">{isOld ? way.headline.replace('As it is', 'As it was') : way.headline}</span>
      <span className="orders__rule">{ways.ways.length === 1 ? 'whatever the order' : way.rule}</span>
      <StackPicture layers={first.map((at) => ({ name: ways.names[at] ?? '', origin: origins[at] ?? 'yours' }))} />
      {way.trouble && (
        <span className="orders__trouble">
          <Ticked text={way.trouble} />
        </span>
      )}
    </>
  )
}

/** Bad for the page, other than as written, both or neither. */
function cellClass(seen: Seen | undefined): string {
  const isBad = seen?.tone === 'hidden' || seen?.tone === 'error'
  const isOther = (seen?.differs.length ?? 0) > 0
  return [isBad ? 'orders__bad' : '', isOther ? 'orders__other' : ''].filter(Boolean).join(' ')
}

function SeenCell({ seen }: { readonly seen: Seen }) {
  return (
    <>
      <b>{seen.status}</b>
      <span className={`orders__say orders__say--${seen.tone}`}>
        {seen.tone === 'read' && <Icon name="eye" size={14} />}
        {seen.tone === 'hidden' && <Icon name="hidden" size={14} />}
        {seen.say}
      </span>
      {seen.differs.slice(0, MOST_DIFFERENCES).map((one) => (
        <span key={one} className="orders__differs">
          {one}
        </span>
      ))}
      {seen.differs.length > MOST_DIFFERENCES && (
        <span className="orders__differs">and {seen.differs.length - MOST_DIFFERENCES} more</span>
      )}
    </>
  )
}

const MOST_DIFFERENCES = 3
/** Orders of one way that are listed at first. */
const MOST_CHIPS = 8

interface ChipsProps {
  readonly way: Way
  readonly ways: Ways
  readonly origins: readonly LayerOrigin[]
  /** Its first order is the one that is written now. */
  readonly hasWritten: boolean
}

function Chips({ way, ways, origins, hasWritten }: ChipsProps) {
  const [isWhole, setWhole] = useState(false)
  const runOrder = useApp((s) => s.runOrder)
  const adoptOrder = useApp((s) => s.adoptOrder)
  const shown = isWhole ? way.orders : way.orders.slice(0, MOST_CHIPS)
  return (
    <ul className="orders__chips">
      {shown.map((order, at) => {
        const names = order.map((layer) => ways.names[layer]).join(', ')
        const isWritten = hasWritten && at === 0
        return (
          <li key={String(order)} className={isWritten ? 'orders__chip orders__chip--now' : 'orders__chip'}>
            <button
              type="button"
              aria-label={isWritten ? `${names}, as it is written` : `Run ${names}`}
              disabled={isWritten}
              onClick={() => void runOrder(order)}
            >
              {order.map((layer) => (
                <Letter key={layer} ways={ways} at={layer} origins={origins} />
              ))}
            </button>
            {!isWritten && (
              <button
                type="button"
                className="orders__write"
                aria-label={`Write ${names} into the code`}
                title="Write it into the code"
                onClick={() => void adoptOrder(order)}
              >
                <Icon name="pencil" size={14} />
              </button>
            )}
          </li>
        )
      })}
      {way.orders.length > shown.length && (
        <li>
          <Button look="quiet" onPress={() => setWhole(true)}>
            Show all {way.orders.length}
          </Button>
        </li>
      )}
    </ul>
  )
}

/** What whoever wants every answer readable has to keep to. */
function Readable({ ways }: { readonly ways: Ways }) {
  const good = ways.ways.filter(({ isReadable, trouble }) => isReadable === true && trouble === null)
  const hasPages = ways.ways.some(({ isReadable }) => isReadable !== null)
  if (!hasPages || ways.ways.length === 1) return null
  const count = good.reduce((sum, { orders }) => sum + orders.length, 0)
  return (
    <p className="orders__wish">
      {count === 0 ? (
        'In no order may the pages read every answer.'
      ) : (
        <>
          In <b>{`${count} of ${ways.count}`}</b> orders the pages may read every answer
          {good.length === 1 && (
            <>
              : <b>{good[0]?.rule}</b>
            </>
          )}
          .
        </>
      )}
    </p>
  )
}
