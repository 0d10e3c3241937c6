import { afterAll, describe, expect, test } from 'vitest'
import { spawnNodeWorker } from '../../engine/cli/spawn'
import { groupRequests } from '../../engine/browser'
import { EngineHost, ORDERS_WALL_MS, ordersInput } from '../../engine/host'
import { parseHttpFile } from '../../engine/requests'
import { factorial, lettersOf, readWays } from './ways'

const host = new EngineHost(spawnNodeWorker(), { spare: false })
afterAll(() => host.dispose())

const PROGRAM = `
from fastapi import FastAPI, Request
from fastapi.middleware.cors import CORSMiddleware
from starlette.responses import JSONResponse

app = FastAPI()


@app.middleware("http")
async def auth(request: Request, call_next):
    if "authorization" not in request.headers:
        return JSONResponse({"detail": "who are you?"}, 401)
    return await call_next(request)


app.add_middleware(CORSMiddleware, allow_origins=["https://shop.example"], allow_headers=["authorization"])


@app.get("/")
def root():
    return "in"
`
const REQUESTS = `### From a page
# @page https://shop.example
GET /

### With a key
# @page https://shop.example
GET /
Authorization: me

### From anywhere
GET /
`

describe('readWays()', { timeout: 60_000 }, () => {
  test('tells each way by rule, by what the page gets, and by what is other than as written', async () => {
    const groups = groupRequests(parseHttpFile(REQUESTS, { file: 'requests.http' }).requests)
    const program = { files: { 'main.py': PROGRAM }, entry: 'main.py', app: null }
    const result = await host.call('orders', ordersInput(program, groups), { wallMs: ORDERS_WALL_MS })
    const { count, names, letters, rows, ways } = readWays(result)
    expect([count, names, letters]).toEqual([2, ['CORS', 'auth'], ['C', 'A']])
    expect(rows).toEqual([
      { id: 'f0', title: 'GET /', from: 'by https://shop.example' },
      { id: 'f1', title: 'GET /', from: 'by https://shop.example' },
      { id: 'e3', title: 'GET /', from: '' },
    ])
    expect(ways.map(({ headline, rule, isReadable }) => [headline, rule, isReadable])).toEqual([
      ['As it is written', 'CORS outside of auth', true],
      ['2 of 3 no longer readable', 'auth outside of CORS', false],
    ])
    expect(ways.map(({ seen }) => seen.map(({ status, say }) => `${status} ${say}`))).toEqual([
      ['401 page reads it', '200 page reads it', '401 Unauthorized'],
      [
        '401 hidden from page: no allow-origin header',
        'preflight 401 hidden from page: preflight: no allow-origin',
        '401 Unauthorized',
      ],
    ])
  })
})

describe('lettersOf()', () => {
  test('gives each name a letter of its own, or its number', () => {
    expect(lettersOf(['CORS', 'Catch', 'auth', 'access_log'])).toEqual(['C', 'A', 'U', 'E'])
    expect(lettersOf(['A', 'A#2', 'A#3', 'A'])).toEqual(['A', '2', '3', '4'])
  })
})

test('factorial() counts orders', () => {
  expect([0, 1, 4, 7].map(factorial)).toEqual([1, 1, 24, 5040])
})
