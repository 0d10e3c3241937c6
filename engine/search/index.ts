// Door of the room that tries what could also be: pure functions over what runs gave. Runs nothing itself.
export { groupOrders, listOrders, type Order, type Outcome } from './orders'
export { describeRule, explainOrders, type Pair, type Rule } from './rules'
