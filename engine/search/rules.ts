// Says in pairs which orders belong to a group: "this one outside of that one". Pure.
import type { Order } from './orders'

/** The first stands outside of the second; both are indices of middlewares. */
export type Pair = readonly [outside: number, inside: number]

/** An order belongs to the group exactly when every pair, or any pair, stands so. No pairs at all: every order belongs to it. */
export interface Rule {
  readonly kind: 'all' | 'any'
  readonly pairs: readonly Pair[]
}

/**
 * Finds a rule for each group.
 * @param groups  orders of the same middlewares, each order in one group
 * @returns one rule a group, as short as can be; null where pairs cannot tell the group from the rest
 */
export function explainOrders(groups: readonly (readonly Order[])[]): (Rule | null)[] {
  const all = groups.flat()
  return groups.map((inside) => {
    const pairs = findPairs(inside, all)
    if (pairs) return { kind: 'all', pairs }
    const members = new Set(inside)
    // Outside of the group all of these hold; so inside of it one of them is the other way round.
    const others = findPairs(
      all.filter((order) => !members.has(order)),
      all,
    )
    return others && { kind: 'any', pairs: others.map(([a, b]) => [b, a] as const) }
  })
}

/** The fewest pairs found that hold in all of `inside` and together in no other order. */
function findPairs(inside: readonly Order[], all: readonly Order[]): Pair[] | null {
  const [first] = inside
  if (!first) return null
  const common = first
    .flatMap((outer, at) => first.slice(at + 1).map((inner): Pair => [outer, inner]))
    .filter((pair) => inside.every((order) => holds(pair, order)))
  const tells = (pairs: readonly Pair[]): boolean =>
    all.filter((order) => pairs.every((pair) => holds(pair, order))).length === inside.length
  if (!tells(common)) return null
  let pairs = common
  for (const pair of common) {
    const fewer = pairs.filter((one) => one !== pair)
    if (tells(fewer)) pairs = fewer
  }
  return pairs
}

function holds([outside, inside]: Pair, order: Order): boolean {
  return order.indexOf(outside) < order.indexOf(inside)
}

/** A rule in words; null is one that cannot be said in pairs. */
export function describeRule(rule: Rule | null, names: readonly string[]): string {
  if (!rule) return 'no simple rule'
  if (rule.pairs.length === 0) return 'whatever the order'
  const pairs = rule.pairs.map(([outside, inside]) => `${names[outside]} outside of ${names[inside]}`)
  return pairs.join(rule.kind === 'all' ? ', and ' : ', or ')
}
