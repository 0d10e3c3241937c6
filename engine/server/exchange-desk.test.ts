import { expect, test } from 'vitest'
import { ExchangeDesk } from './exchange-desk'

const LATER = Symbol('later')

/** What a promise has become by now, or LATER. */
async function now<T>(promise: Promise<T>): Promise<T | typeof LATER> {
  return Promise.race([promise, new Promise<typeof LATER>((resolve) => setTimeout(resolve, 5, LATER))])
}

test('an exchange arrives when it is taken, and whoever took it gets the answer', async () => {
  const desk = new ExchangeDesk('d')
  const open = desk.open()
  expect(await now(open.arrived)).toBe(LATER)
  const taken = desk.take(open.id)
  expect(await now(open.arrived)).toBeUndefined()
  expect(await now(taken)).toBe(LATER)
  const response = new Response('hello')
  open.answer(response)
  expect(await taken).toBe(response)
})

test('an answer ends the exchange: later answers and later fetches of that id get nothing', async () => {
  const desk = new ExchangeDesk('d')
  const open = desk.open()
  const taken = desk.take(open.id)
  open.answer(null)
  open.answer(new Response('late'))
  expect(await taken).toBeNull()
  expect(await desk.take(open.id)).toBeNull()
  expect(desk.size).toBe(0)
})

test('an id nobody gave out is answered with nothing', async () => {
  expect(await new ExchangeDesk('d').take('d.7')).toBeNull()
})

test('each id is new, and belongs to its desk only, also when its exchange is over', () => {
  const desk = new ExchangeDesk('d')
  const ids = [desk.open(), desk.open(), desk.open()].map((open) => {
    open.answer(null)
    return open.id
  })
  expect(new Set(ids).size).toBe(3)
  expect(ids.every((id) => desk.owns(id))).toBe(true)
  expect(ids.some((id) => new ExchangeDesk('dd').owns(id))).toBe(false)
})
