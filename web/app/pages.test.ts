// What the page shows of a real run with pages: tabs, onion, console, panel.
import { beforeAll, describe, expect, test } from 'vitest'
import type { RunDocument } from '../../engine/protocol'
import { runPages } from '../../engine/cli/testing/page-run'
import { exchangeOf } from '../../engine/trace/fixtures/script'
import { foldExchange, viewExchange, viewUnsent, type ExchangeView } from '../../engine/trace'
import { compareWithWire, cookieNotes, fetchRules, historyLines } from '../browser/readings'
import { readConsole } from '../network/console-lines'
import { drawOnion } from '../onion/drawing'
import { blockedPlate, onionBox } from '../onion/geometry'
import { chooserTabs, tabKey } from './chooser'

let doc: RunDocument
beforeAll(async () => {
  doc = await runPages()
}, 60_000)

const indexOf = (title: string, nth = 0) =>
  doc.exchanges.flatMap((exchange, i) => (exchange.title === title ? [i] : []))[nth] ?? -1
const viewOf = (title: string, nth = 0) => viewExchange(doc, indexOf(title, nth))
const fetchOf = (title: string) => doc.fetches?.findIndex((fetch) => fetch.title === title) ?? -1

describe('chooserTabs()', () => {
  const labels = (of: Pick<RunDocument, 'exchanges' | 'fetches'>) =>
    chooserTabs(of).map(
      ({ label, status, mark, isJoined }) => `${isJoined ? '> ' : ''}${label} ${status}${mark ? ` ${mark}` : ''}`,
    )

  test('puts the parts of a fetch together and marks what the page does not get', () => {
    expect(labels(doc)).toEqual([
      'GET /orders/7 200',
      'GET /orders/7 (2) 200 blocked',
      'OPTIONS 200',
      '> PUT /orders/7 200',
      'OPTIONS 400 blocked',
      'GET /moved 307',
      '> /orders/8 200',
      'GET /orders/7 (3) 200 opaque',
      'GET /orders/7 (4) not sent blocked',
      'GET /orders/7 (5) 200',
      'GET /orders/7 (6) 200',
      'GET /menu 200',
      'GET /menu (2) 200 from cache',
      'GET /orders/7 (7) 200',
      'GET /talk 101',
    ])
    expect(chooserTabs(doc)[2]?.unseen).toBe('/orders/7, preflight of PUT /orders/7')
  })

  test('gives the tabs of exchanges and of fetches that sent nothing keys of their own', () => {
    const keys = chooserTabs(doc).map(({ key }) => key)
    expect(new Set(keys).size).toBe(keys.length)
    expect(keys).toContain(tabKey(0, fetchOf('unsent')))
    expect(keys).toContain(tabKey(indexOf('blocked'), null))
  })

  test('shows a host that was asked for as such only by its path', () => {
    const of = (method: string, url: string) => {
      const exchange = exchangeOf(200)
      return { ...exchange, request: { ...exchange.request, method, url } }
    }
    const exchanges = [of('GET', 'http://localhost:8000/a?b=1'), of('OPTIONS', 'http://localhost:8000')]
    expect(labels({ exchanges })).toEqual(['GET /a?b=1 200', 'OPTIONS * 200'])
  })
})

describe('the onion of a page’s request', () => {
  const draw = (view: ExchangeView, width = 588) => drawOnion(foldExchange(view), onionBox(width))
  const browserNote = (view: ExchangeView, side: 'left' | 'right') =>
    draw(view).notes.find((note) => note.row === 0 && note.side === side) ?? null

  test('that is blocked ends in the browser, with a plate on its edge', () => {
    const drawing = draw(viewOf('blocked'))
    const last = drawing.segments.at(-1)?.to
    expect(drawing.blockedAt).toBe(last)
    expect(drawing.ports.find(({ to }) => to === last)?.sign).toBe('blocked')
    expect(drawing.verdict).toEqual({ text: '200, page sees nothing', tone: 'blocked' })
    expect(browserNote(viewOf('blocked'), 'right')).toMatchObject({
      tone: 'blocked',
      lines: ['no allow-origin', 'header'],
    })
    const plate = blockedPlate(drawing.layout)
    expect([plate.width, plate.height]).toEqual([26, 7])
    expect(plate.y + plate.height / 2).toBeCloseTo(drawing.layout.rows[0]?.y ?? 0)
    expect(draw(viewOf('read')).blockedAt).toBeNull()
  })

  test('that was never sent turns at the browser', () => {
    const drawing = draw(viewUnsent(doc, fetchOf('unsent')))
    expect(drawing.barAt).toBe(0)
    expect(drawing.blockedAt).toBe(2)
    expect(drawing.verdict.text).toBe('not sent')
    expect(drawing.rows.slice(1).every(({ dead }) => dead)).toBe(true)
  })

  test.for([
    ['read', '200, page reads it', '200, read'],
    ['blocked', '200, page sees nothing', '200, hidden'],
    ['refused', '400, page sees nothing', '400, hidden'],
    ['opaque', '200, opaque to the page', '200, opaque'],
    ['preflighted', '200, browser goes on', '200, goes on'],
    ['redirected', '307, browser follows', '307, follows'],
    ['plain', '200 OK', '200'],
    ['shown', '200, browser shows it', '200, shown'],
    ['socket', '101, socket is open', '101, open'],
  ] as const)('%s has its verdict in words, fewer on a phone', ([title, wide, narrow]) => {
    expect(draw(viewOf(title)).verdict.text).toBe(wide)
    expect(draw(viewOf(title), 358).verdict.text).toBe(narrow)
  })

  test('has its telling headers in the margin, and what the browser hides, the learner’s own first', () => {
    expect(browserNote(viewOf('read'), 'left')?.lines[0]).toBe('+ origin')
    expect(browserNote(viewOf('read'), 'right')).toMatchObject({
      tone: 'removed',
      lines: ['hides x-process-time', 'and 3 more'],
    })
  })
})

test('readConsole() has Chromium’s line under the exchange, with what would change it', () => {
  const group = readConsole(doc).find(({ exchange }) => exchange === indexOf('blocked'))
  const line = group?.lines.find(({ source }) => source === 'browser')
  expect(line?.text).toMatch(
    /^Access to fetch at 'http:\/\/localhost:8000\/orders\/7' from origin .* blocked by CORS policy/,
  )
  expect(line).toMatchObject({ isBad: true, layer: 'Browser' })
  expect(line?.fix).toMatch(/^Send `Access-Control-Allow-Origin/)
})

describe('the browser panel', () => {
  test('has the rules of a fetch in order, by the exchange that they are about', () => {
    const groups = fetchRules(doc, fetchOf('preflighted'))
    const told = new Set([
      'preflight-needed',
      'preflight-check',
      'preflight-kept',
      'added-headers',
      'cookie-not-stored',
      'cors-check',
    ])
    expect(
      groups.map(
        ({ title, rules }) =>
          `${title}: ${rules
            .map(({ rule }) => rule)
            .filter((rule) => told.has(rule))
            .join(', ')}`,
      ),
    ).toEqual([
      'OPTIONS /orders/7: preflight-needed, added-headers',
      'PUT /orders/7: preflight-check, preflight-kept, added-headers, cookie-not-stored, cors-check',
    ])
    expect(groups[0]?.rules[1]?.text).toMatch(
      /^The browser adds `Origin`, `Access-Control-Request-Method` and \d+ more/,
    )
    expect(fetchRules(doc, fetchOf('unsent')).map(({ title }) => title)).toEqual([null])
  })

  test('has every fetch with its verdict', () => {
    expect(historyLines(doc).map(({ what, verdict, tone }) => [what, verdict, tone])).toEqual([
      ['GET localhost:8000/orders/7', '200', 'ok'],
      ['GET localhost:8000/orders/7', '200, blocked', 'bad'],
      ['PUT localhost:8000/orders/7', '200', 'ok'],
      ['DELETE localhost:8000/orders/7', '400, blocked', 'bad'],
      ['GET localhost:8000/moved', '200', 'ok'],
      ['GET localhost:8000/orders/7', '200, opaque', 'plain'],
      ['GET localhost:8000/orders/7', 'not sent, blocked', 'bad'],
      ['GET localhost:8000/orders/7', '200', 'ok'],
      ['GET localhost:8000/menu', '200', 'ok'],
      ['GET localhost:8000/menu', '200 from the cache', 'ok'],
      ['navigation: GET localhost:8000/orders/7', '200, shown', 'plain'],
      ['websocket: GET ws://localhost:8000/talk', '101', 'ok'],
    ])
  })

  test('says of each cookie that stayed at home why', () => {
    const notes = cookieNotes(doc)
    expect(notes.length).toBeGreaterThan(3)
    expect(notes.filter(({ text, title }) => !/Set-Cookie|seen/.test(text) || !/^(GET|PUT) \//.test(title))).toEqual([])
    expect(notes[0]?.seq).toBeGreaterThan(notes.at(-1)?.seq ?? 0)
  })

  test('lays the page beside the wire', () => {
    const compare = (title: string) => {
      const { browser } = viewOf(title)
      return browser && compareWithWire(doc.exchanges[indexOf(title)]?.response ?? null, browser)
    }
    const read = compare('read')
    expect(read?.status).toMatchObject({ wire: ['200 OK'], page: '200 OK' })
    expect(read?.headers.find(({ name }) => name === 'content-type')).toMatchObject({ page: 'application/json' })
    expect(read?.headers.find(({ name }) => name === 'date')).toMatchObject({ page: null })
    expect(read?.pageBody?.text).toBe('{"id":7}')
    expect([read?.wireBytes, read?.pageBytes]).toEqual([8, 8])
    const blocked = compare('blocked')
    expect(blocked).toMatchObject({ status: { wire: ['200 OK'], page: null }, pageBody: null, pageBytes: null })
    expect(blocked?.headers.every(({ page }) => page === null)).toBe(true)
    expect(compare('opaque')?.status.page).toBe('0')
    const packed = compare('stored')
    expect(packed).toMatchObject({ coding: 'gzip', wireBody: { encoding: 'base64' } })
    expect(packed?.pageBytes).toBeGreaterThan((packed?.wireBytes ?? 0) * 5)
    expect(packed?.pageBody?.text).toMatch(/^\["plums", "plums"/)
  })
})
