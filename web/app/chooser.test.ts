import { expect, test } from 'vitest'
import type { RunDocument } from '../../engine/protocol'
import {
  blockedByBrowser,
  neverSent,
  opaque,
  preflighted,
  readByPage,
  redirected,
} from '../../engine/trace/fixtures/page-scenes'
import { exchangeOf } from '../../engine/trace/fixtures/script'
import { chooserTabs, tabKey } from './chooser'

const labels = (doc: Pick<RunDocument, 'exchanges' | 'fetches'>) =>
  chooserTabs(doc).map(
    ({ label, status, mark, isJoined }) => `${isJoined ? '> ' : ''}${label} ${status}${mark ? ` ${mark}` : ''}`,
  )

test('tabs that would say the same are numbered', () => {
  const of = (method: string, url: string) => {
    const exchange = exchangeOf(200)
    return { ...exchange, request: { ...exchange.request, method, url } }
  }
  const exchanges = [
    of('GET', 'http://localhost:8000/a?b=1'),
    of('GET', 'http://other.example/a?b=1'),
    of('POST', 'http://localhost:8000/a?b=1'),
    of('OPTIONS', 'http://localhost:8000'),
  ]
  expect(labels({ exchanges })).toEqual(['GET /a?b=1 200', 'GET /a?b=1 (2) 200', 'POST /a?b=1 200', 'OPTIONS * 200'])
})

test('the parts of a fetch stand together, and a mark says what the browser made of the response', () => {
  expect(labels(readByPage())).toEqual(['GET /orders/7 200'])
  expect(labels(blockedByBrowser())).toEqual(['GET /orders/7 200 blocked'])
  expect(labels(opaque())).toEqual(['GET /orders/7 200 opaque'])
  expect(labels(preflighted())).toEqual(['OPTIONS 200', '> PUT /orders/7 200'])
  expect(labels(redirected())).toEqual(['GET /orders/7 307', '> /orders/8 200'])
  expect(labels(neverSent())).toEqual(['GET /orders/7 not sent blocked', 'GET /orders/7 (2) 200'])
})

test('a tab of an exchange and one of a fetch that sent nothing have keys of their own', () => {
  expect(chooserTabs(neverSent()).map(({ key }) => key)).toEqual([tabKey(0, 0), tabKey(0, null)])
  expect(chooserTabs(preflighted())[0]?.unseen).toBe('/orders/7, preflight of PUT /orders/7')
})
