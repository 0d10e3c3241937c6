import { beforeAll, describe, expect, test } from 'vitest'
import type { RunDocument } from '../protocol'
import { runPages } from '../cli/testing/page-run'
import { STOP } from './fixtures/scenes'
import {
  foldExchange,
  headerTable,
  layerLabel,
  listParts,
  narrate,
  pageReads,
  restingStep,
  sentenceText,
  verdictSentence,
  viewExchange,
  viewUnsent,
  type ExchangeView,
} from './index'

let doc: RunDocument
beforeAll(async () => {
  doc = await runPages()
}, 60_000)

/** The view of a request's exchange, by its name and its place among those of the same name. */
const viewOf = (title: string, nth = 0) => {
  const index = doc.exchanges.flatMap((exchange, i) => (exchange.title === title ? [i] : []))[nth]
  if (index === undefined) throw new Error(`no exchange ${title}`)
  return viewExchange(doc, index)
}
const unsent = () => viewUnsent(doc, doc.fetches?.findIndex(({ title }) => title === 'unsent') ?? -1)
const whole = (view: ExchangeView) => foldExchange(view, { folding: 'none' })
const says = (view: ExchangeView) => {
  const shown = whole(view)
  return shown.steps.map((_, i) => sentenceText(narrate(shown, i)))
}
/** What is said where the exchange begins and where it ends: by the page and the browser. */
const ends = (view: ExchangeView) => {
  const all = says(view)
  return [...all.slice(0, 2), ...all.slice(-2)]
}
const fates = (view: ExchangeView) =>
  Object.fromEntries(view.browser?.headers.map(({ name, fate }) => [name, fate]) ?? [])

test('listParts() puts the exchanges of a fetch together, names what each is for, and has a place for the unsent', () => {
  const parts = listParts(doc).map((part) => {
    if (part.kind === 'exchange') return doc.exchanges[part.exchange]?.title
    return `${doc.fetches?.[part.fetch]?.title}: ${part.hops.map(({ role }) => role).join(', ')}`
  })
  expect(parts).toEqual([
    'read: request',
    'blocked: request',
    'preflighted: preflight, request',
    'refused: preflight',
    'redirected: redirect, request',
    'opaque: request',
    'unsent: ',
    'own: request',
    'plain',
    'stored: request',
    'cached: ',
    'shown: request',
    'socket: request',
  ])
})

describe('an exchange of a page', () => {
  test('tells what the browser decided, before and after', () => {
    const { browser } = viewOf('preflighted')
    expect(browser?.asks.map(({ rule }) => rule)).toEqual(['preflight-needed', 'added-headers'])
    expect(browser?.verdict).toBeNull()
    const blocked = viewOf('blocked').browser
    expect(blocked?.judges.at(-1)).toMatchObject({ rule: 'cors-check', source: 'Fetch 4.10, "CORS check"' })
    expect(blocked?.verdict).toMatchObject({ outcome: 'blocked', category: 'MissingAllowOriginHeader' })
    expect(blocked?.verdict?.fix).toMatch(/^Send `Access-Control-Allow-Origin: https:\/\/elsewhere.test`/)
    expect(viewOf('plain').browser).toBeNull()
  })

  test('ends at the browser where it is blocked', () => {
    const view = viewOf('blocked')
    expect(view.outcome).toEqual({ kind: 'blocked', status: 200, reason: 'OK' })
    expect(view.steps.at(-1)).toMatchObject({ kind: 'block', ring: 0, direction: 'out', point: 2 * view.turn + 2 })
    expect(whole(view).steps[restingStep(whole(view))]?.kind).toBe('block')
    expect(verdictSentence(view)).toBe('The server answered 200; the page sees a TypeError.')
    expect(sentenceText(pageReads(view))).toBe(
      'The page may read nothing, not even the status: the fetch rejects with a TypeError.',
    )
    expect(ends(view)).toEqual([
      'A page at https://elsewhere.test asks for GET /orders/7. Nothing is on the wire yet.',
      'The browser adds origin, referer, host and 11 more and sends the request.',
      'uvicorn adds date and server, and writes the bytes.',
      'The response has no Access-Control-Allow-Origin header, so a page of https://elsewhere.test may not read it.',
    ])
  })

  test('hides from the page what is neither safelisted nor exposed', () => {
    const view = viewOf('read')
    expect(fates(view)).toEqual({
      date: 'hidden',
      server: 'hidden',
      'content-length': 'readable',
      'content-type': 'readable',
      'x-process-time': 'hidden',
      'set-cookie': 'used',
      'access-control-allow-origin': 'used',
      vary: 'hidden',
    })
    expect(verdictSentence(view)).toBe('The server answered 200; the page reads it, except for 6 of its 8 headers.')
    expect(sentenceText(pageReads(view))).toBe('The page may read 2 of 8.')
    expect(ends(view).slice(2)).toEqual([
      'The browser receives 200, lets the page read it, and hides date, server, x-process-time and vary.',
      'The page reads 200 OK.',
    ])
    const table = headerTable(whole(view), 'response')
    expect(table.lines.find(({ name }) => name === 'x-process-time')).toMatchObject({
      addedBy: 'timing',
      removed: false,
      page: { fate: 'hidden' },
    })
    expect(table.columns.map(({ name }) => name)).not.toContain('Browser')
    expect(table.page?.name).toBe('Browser')
  })

  test('hides nothing but cookies from a page of the same origin', () => {
    expect(Object.values(fates(viewOf('own'))).filter((fate) => fate !== 'readable')).toEqual(['used'])
  })

  test('is told as a preflight and as what follows it', () => {
    const [asked, sent] = [viewOf('preflighted'), viewOf('preflighted', 1)]
    expect(asked.outcome.kind).toBe('kept')
    expect(verdictSentence(asked)).toBe('The server answered 200 to the preflight; the browser lets the PUT follow.')
    expect(ends(asked)).toEqual([
      'A page at https://app.shop.test asks for PUT /orders/7. Nothing is on the wire yet.',
      'The browser asks first: may https://app.shop.test send PUT with x-basket?',
      'uvicorn adds date and server, and writes the bytes.',
      'The browser receives 200 and finds what it asked for. The PUT may follow.',
    ])
    expect(Object.values(fates(asked))).not.toContain('readable')
    expect(ends(sent)[0]).toBe('The preflight has passed. Now PUT /orders/7 may go out.')
    expect(sent.browser?.asks.map(({ rule }) => rule)).toContain('preflight-check')
  })

  test('ends with its preflight where the server says no', () => {
    const view = viewOf('refused')
    expect(view.steps.at(-1)?.kind).toBe('block')
    expect(verdictSentence(view)).toBe('The server answered 400; the page sees a TypeError.')
    expect(says(view).at(-1)).toBe(
      'The preflight was answered with status 400; only 200 to 299 let the request through.',
    )
  })

  test('is told as a redirect and as what follows it', () => {
    expect(says(viewOf('redirected')).at(-1)).toBe(
      'The browser receives 307 and goes on to /orders/8. The page does not see this response.',
    )
    expect(says(viewOf('redirected', 1))[0]).toBe(
      'The browser follows the redirect by itself: GET /orders/8 comes next.',
    )
  })

  test('arrives without anything to read where it is opaque', () => {
    const view = viewOf('opaque')
    expect(view.outcome.kind).toBe('opaque')
    expect(view.steps.at(-1)?.kind).toBe('arrive')
    expect(says(view).at(-1)).toMatch(/^The page gets an opaque response: status 0/)
    expect(verdictSentence(view)).toBe('The server answered 200; the page sees only that something came.')
  })

  test('turns at the browser where nothing was sent', () => {
    const view = unsent()
    expect(view.steps.map(({ kind, ring, point }) => [kind, ring, point])).toEqual([
      ['leave', -1, 0],
      ['enter', 0, 1],
      ['block', 0, 2],
    ])
    expect(view.rings.filter(({ reached }) => reached).map(({ id }) => id)).toEqual(['browser'])
    expect(view.rings[0]?.shortCircuit).toBe(true)
    expect(verdictSentence(view)).toBe('Nothing is sent; the page sees a TypeError.')
    expect(says(view)[1]).toBe('The browser looks at the request and does not send it.')
  })

  test('is answered by the cache', () => {
    const cached = doc.fetches?.findIndex(({ title }) => title === 'cached') ?? -1
    const view = viewUnsent(doc, cached)
    expect(verdictSentence(view)).toBe('The browser’s cache answers; the page reads it.')
    expect(says(view)).toEqual([
      'A page at http://localhost:8000 asks for GET /menu. Nothing is on the wire yet.',
      'The browser has the answer in its cache, and sends nothing.',
      doc.fetches?.[cached]?.text.replaceAll('`', ''),
      'The page reads 200 OK.',
    ])
    expect(viewUnsent({ ...doc, stop: STOP }, cached).outcome.kind).toBe('read')
  })

  test('may be shown or talk, where no script reads anything', () => {
    expect(verdictSentence(viewOf('shown'))).toBe(
      'The server answered 200; the browser shows it, and no script of the page reads it.',
    )
    expect(sentenceText(pageReads(viewOf('shown')))).toBe('A script of the page may read nothing of this response.')
    expect(verdictSentence(viewOf('socket'))).toBe('The server answered 101; the socket is open.')
    expect(says(viewOf('socket')).at(-1)).toBe('The socket is open. The page reads no header of its handshake.')
  })

  test('has a label for its browser that says what it did', () => {
    const label = (view: ExchangeView) => {
      const shown = whole(view)
      return shown.rows[0] ? layerLabel(shown, shown.rows[0]) : ''
    }
    expect(label(viewOf('blocked'))).toBe(
      'Browser: adds origin, referer and 12 more headers to the request; sends the request; receives 200, blocked: the page gets an error',
    )
    expect(label(viewOf('read'))).toMatch(
      /receives 200, and the page may read it; hides date, server, x-process-time and vary from the page$/,
    )
    expect(label(unsent())).toBe('Browser: sends nothing; blocked: the page gets an error')
  })

  test('can be read while it runs, from the events alone', () => {
    const index = doc.exchanges.findIndex(({ title }) => title === 'blocked')
    const arrived = doc.events.filter(({ exchange }) => exchange !== null && exchange <= index)
    const live = {
      ...doc,
      exchanges: doc.exchanges.slice(0, index),
      fetches: doc.fetches?.slice(0, 1) ?? [],
      events: [],
    }
    for (let length = 1; length <= arrived.length; length += 7) {
      const shown = whole(viewExchange(live, index, arrived.slice(0, length)))
      for (const step of shown.steps.keys()) expect(sentenceText(narrate(shown, step))).toMatch(/^\S.*[.?]$/)
    }
    expect(viewExchange(live, index, arrived).browser?.verdict).toMatchObject({ outcome: 'blocked' })
  })
})
