// A learner's program gets nothing of the network, of the browser's storage, or of the page: each way out is tried.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished } from 'vitest'
import { ATTEMPTS, escapes, SCRIPTS } from '../content/escapes'
import { test, waitFor } from '../fixtures/app'

/** A server that anybody may call, and that remembers who did. */
async function listen(): Promise<{ url: string; heard: string[] }> {
  const heard: string[] = []
  const server = createServer((request, response) => {
    heard.push(request.url ?? '')
    response.writeHead(200, { 'access-control-allow-origin': '*' }).end('heard')
  })
  server.on('upgrade', (request, socket) => {
    heard.push(`upgrade ${request.url ?? ''}`)
    socket.destroy()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, heard }
}

test('a program that tries every way out of the sandbox gets nothing', async ({ open }) => {
  const witness = await listen()
  const app = await open()
  app.expectConsoleError(/Content Security Policy|Failed to load resource|net::ERR|Refused to/)
  await app.page.evaluate(() => {
    document.cookie = 'secret=cake'
    localStorage.setItem('secret', 'cake')
  })
  const storage = () =>
    app.page.evaluate(async () => ({
      databases: (await indexedDB.databases()).map((it) => it.name).sort(),
      caches: (await caches.keys()).sort(),
      cookies: document.cookie,
      title: document.title,
      stolen: await (await navigator.storage.getDirectory()).getFileHandle('stolen').then(
        () => true,
        () => false,
      ),
    }))
  const before = await storage()

  await app.type(escapes(witness.url))
  await app.openFile('requests.http')
  await app.type('### Try\nGET /escapes\n')
  const answered = app.page.waitForResponse((response) => response.url().endsWith('/escapes'), { timeout: 30_000 })
  await app.runButton.click()
  const results = (await (await answered).json()) as Record<string, string>

  // A door that would open late gets its time before anybody looks.
  await new Promise((resolve) => setTimeout(resolve, 1500))
  const opened = Object.entries(results).filter(([, outcome]) => !outcome.startsWith('refused: '))
  expect(Object.keys(results).sort()).toEqual([...ATTEMPTS, ...SCRIPTS].sort())
  expect(opened.filter(([name]) => !SCRIPTS.some((it) => it === name))).toEqual([])
  expect(witness.heard).toEqual([])
  expect(await storage()).toEqual(before)
  expect(JSON.stringify(results)).not.toContain('cake')

  // The witness does hear those who are not in the sandbox, so its silence means something.
  await fetch(`${witness.url}from-outside`)
  await waitFor(async () => witness.heard.includes('/from-outside'))
})
