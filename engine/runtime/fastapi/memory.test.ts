// A program that eats memory ends in words, and the next one runs: in a worker of its own, since memory never shrinks.
import { expect, test } from 'vitest'
import { groupRequests } from '../../browser'
import { spawnNodeWorker } from '../../cli/spawn'
import { EngineHost, Session } from '../../host'
import { parseHttpFile } from '../../requests'

const groups = groupRequests(parseHttpFile('GET /', { file: 'requests.http' }).requests)

const app = (body: string): string => `
from fastapi import FastAPI
app = FastAPI()

@app.get("/")
async def root():
${body}
`

async function run(host: EngineHost, source: string, wallMs: number): Promise<Session['document']> {
  const session = new Session(
    host,
    { files: { 'main.py': source }, entry: 'main.py', app: null },
    { limits: { wallMs } },
  )
  await session.open()
  for (const group of groups) await session.send(group)
  return session.document
}

test.for([
  ['line by line', '    held = []\n    while True:\n        held.append(bytearray(10_000_000))', 9],
  ['in a loop of one line', '    held = []\n    while True: held.append(bytearray(10_000_000))', 8],
] as const)(
  'memory that grows %s is stopped, and the next program runs',
  { timeout: 90_000 },
  async ([, body, line]) => {
    const host = new EngineHost(spawnNodeWorker(), { spare: false })
    try {
      const eaten = await run(host, app(body), 60_000)
      expect(eaten.stop).toMatchObject({ reason: 'memory', file: 'main.py' })
      expect([line, line - 1]).toContain(eaten.stop?.line)
      expect(eaten.stop?.text).toMatch(/^Stopped in endpoint, main\.py line \d, after its memory grew to 1 GB/)
      expect(eaten.events.some((event) => event.kind === 'route')).toBe(true)

      const next = await run(host, app('    return {"fine": True}'), 60_000)
      expect(next.exchanges[0]?.response?.body).toBe('{"fine":true}')
    } finally {
      host.dispose()
    }
  },
)

test('more memory than there is at all is an ordinary MemoryError', { timeout: 90_000 }, async () => {
  const host = new EngineHost(spawnNodeWorker(), { spare: false })
  try {
    const { exchanges, stop } = await run(host, app('    return len(bytearray(10**11))'), 60_000)
    expect(stop).toBeNull()
    expect(exchanges[0]?.response?.status).toBe(500)
    expect(exchanges[0]?.error).toMatchObject({
      type: expect.stringMatching(/MemoryError|OverflowError/) as string,
      line: 7,
    })
  } finally {
    host.dispose()
  }
})
