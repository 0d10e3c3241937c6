import { describe, expect, test } from 'vitest'
import type { RunDocument } from '../protocol'
import {
  foldExchange,
  headerTable,
  layerLabel,
  listParts,
  narrate,
  restingStep,
  sentenceText,
  verdictSentence,
  viewExchange,
  viewUnsent,
  type ExchangeView,
} from './index'
import { blockedByBrowser, neverSent, opaque, preflighted, readByPage, redirected } from './fixtures/page-scenes'
import { happyPath } from './fixtures/scenes'

const whole = (view: ExchangeView) => foldExchange(view, { folding: 'none' })
const says = (view: ExchangeView) => {
  const shown = whole(view)
  return shown.steps.map((_, i) => sentenceText(narrate(shown, i)))
}
/** What is said where the exchange begins and where it ends: by the page and the browser. */
const ends = (doc: RunDocument, index: number) => {
  const all = says(viewExchange(doc, index))
  return [...all.slice(0, 2), ...all.slice(-2)]
}

describe('listParts()', () => {
  test('puts the exchanges of a fetch together and names what each is for', () => {
    const hops = (doc: RunDocument) => listParts(doc).map((part) => (part.kind === 'fetch' ? part.hops : part.exchange))
    expect(hops(preflighted())).toEqual([
      [
        { exchange: 0, role: 'preflight' },
        { exchange: 1, role: 'request' },
      ],
    ])
    expect(hops(redirected())).toEqual([
      [
        { exchange: 0, role: 'redirect' },
        { exchange: 1, role: 'request' },
      ],
    ])
    expect(hops(happyPath())).toEqual([0])
  })

  test('has a place for what was never sent', () => {
    expect(listParts(neverSent())).toEqual([
      { kind: 'fetch', fetch: 0, hops: [] },
      { kind: 'exchange', exchange: 0 },
    ])
  })
})

describe('an exchange of a page', () => {
  test('tells what the browser decided, before and after', () => {
    const { browser } = viewExchange(blockedByBrowser(), 0)
    expect(browser?.asks.map(({ rule, added }) => [rule, added.length])).toEqual([['request-headers', 3]])
    expect(browser?.judges.map(({ rule }) => rule)).toEqual(['cors-check'])
    expect(browser?.verdict).toMatchObject({ outcome: 'blocked', fix: 'Send the header.' })
    expect(viewExchange(happyPath(), 0).browser).toBeNull()
  })

  test('ends at the browser where it is blocked', () => {
    const view = viewExchange(blockedByBrowser(), 0)
    expect(view.outcome).toEqual({ kind: 'blocked', status: 200, reason: 'OK' })
    expect(view.steps.at(-1)).toMatchObject({ kind: 'block', ring: 0, direction: 'out', point: 2 * view.turn + 2 })
    expect(whole(view).steps[restingStep(whole(view))]?.kind).toBe('block')
    expect(verdictSentence(view)).toBe('The server answered 200; the page sees a TypeError.')
    expect(ends(blockedByBrowser(), 0)).toEqual([
      'A page at https://app.shop.test asks for GET /orders/7. Nothing is on the wire yet.',
      'The browser adds origin, host and sec-fetch-mode and sends the request.',
      'uvicorn writes the bytes.',
      'The response has no Access-Control-Allow-Origin.',
    ])
  })

  test('hides from the page what is neither safelisted nor exposed', () => {
    const view = viewExchange(readByPage(), 0)
    expect(view.browser?.headers.map(({ name, fate }) => `${name} ${fate}`)).toEqual([
      'content-length readable',
      'content-type readable',
      'x-process-time hidden',
      'date hidden',
      'access-control-allow-origin used',
    ])
    expect(view.rings[0]?.response.headers.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'removed x-process-time',
      'removed date',
    ])
    expect(verdictSentence(view)).toBe('The server answered 200; the page reads it, except for 3 of its 5 headers.')
    expect(ends(readByPage(), 0).slice(2)).toEqual([
      'The browser receives 200, lets the page read it, and hides x-process-time and date.',
      'The page reads 200 OK.',
    ])
    const table = headerTable(whole(view), 'response')
    expect(table.lines.find(({ name }) => name === 'date')).toMatchObject({ removed: false, page: { fate: 'hidden' } })
  })

  test('is told as a preflight and as what follows it', () => {
    const doc = preflighted()
    expect(viewExchange(doc, 0).outcome.kind).toBe('kept')
    expect(verdictSentence(viewExchange(doc, 0))).toBe(
      'The server answered 200 to the preflight; the browser lets the PUT follow.',
    )
    expect(ends(doc, 0)).toEqual([
      'A page at https://app.shop.test asks for PUT /orders/7. Nothing is on the wire yet.',
      'The browser asks first: may https://app.shop.test send PUT?',
      'uvicorn writes the bytes.',
      'The browser receives 200 and finds what it asked for. The PUT may follow.',
    ])
    expect(ends(doc, 1)[0]).toBe('The preflight has passed. Now PUT /orders/7 may go out.')
    expect(viewExchange(doc, 0).browser?.headers.every(({ fate }) => fate !== 'readable')).toBe(true)
  })

  test('is told as a redirect and as what follows it', () => {
    expect(ends(redirected(), 0).at(-1)).toBe(
      'The browser receives 307 and goes on to /orders/8. The page does not see this response.',
    )
    expect(ends(redirected(), 1)[0]).toBe('The browser follows the redirect by itself: GET /orders/8 comes next.')
  })

  test('arrives without anything to read where it is opaque', () => {
    const view = viewExchange(opaque(), 0)
    expect(view.outcome.kind).toBe('opaque')
    expect(view.steps.at(-1)?.kind).toBe('arrive')
    expect(says(view).at(-1)).toMatch(/^The page gets an opaque response: status 0/)
    expect(verdictSentence(view)).toBe('The server answered 200; the page sees only that something came.')
  })

  test('turns at the browser where nothing was sent', () => {
    const view = viewUnsent(neverSent(), 0)
    expect(view.steps.map(({ kind, ring, point }) => [kind, ring, point])).toEqual([
      ['leave', -1, 0],
      ['enter', 0, 1],
      ['block', 0, 2],
    ])
    expect(view.rings.filter(({ reached }) => reached).map(({ id }) => id)).toEqual(['browser'])
    expect(view.rings[0]?.shortCircuit).toBe(true)
    expect(verdictSentence(view)).toBe('Nothing is sent; the page sees a TypeError.')
    expect(says(view)).toEqual([
      'A page at https://app.shop.test asks for GET /orders/7. Nothing is on the wire yet.',
      'The browser looks at the request and does not send it.',
      'The page is on https, and the request is not.',
    ])
  })

  test('has a label for its browser that says what it did', () => {
    const label = (view: ExchangeView) => {
      const shown = whole(view)
      return shown.rows[0] ? layerLabel(shown, shown.rows[0]) : ''
    }
    expect(label(viewExchange(blockedByBrowser(), 0))).toBe(
      'Browser: adds origin, host and sec-fetch-mode to the request; sends the request; receives 200, blocked: the page gets an error',
    )
    expect(label(viewExchange(readByPage(), 0))).toMatch(
      /receives 200, and the page may read it; hides x-process-time and date from the page$/,
    )
    expect(label(viewUnsent(neverSent(), 0))).toBe('Browser: sends nothing; blocked: the page gets an error')
  })
})
