// What a new user sees first, and the way from there to an engine that is ready.
import { expect } from 'vitest'
import { test, waitFor, waitForText } from '../fixtures/app'

test('the page shows a sample app and its recorded onion before Python is up', async ({ open }) => {
  let release = () => {}
  const held = new Promise<void>((resolve) => (release = resolve))
  const app = await open({
    ready: false,
    // Python itself is held back; whatever is on screen now has come without it.
    before: (page) =>
      page.route(/\.wasm(\?|$)/, async (route) => {
        await held
        await route.continue()
      }),
  })
  await waitFor(async () => (await app.layers()).length > 6)
  const layers = await app.layers()
  expect(layers.join('\n')).toMatch(/CORSMiddleware/)
  expect(layers.join('\n')).toMatch(/timing/)
  await waitFor(async () => (await app.editorText()).includes('FastAPI'), { timeout: 20_000 })
  await waitForText(app.laneStatus, 'recorded')
  expect(await app.engineStatus.textContent()).not.toMatch(/\bready\b/)
  await waitForText(app.response, /200/)

  release()
  await app.waitReady()
  await app.runAsItIs()
  await waitForText(app.laneStatus, 'service worker')
})

test('the engine boots from plain wheels where there is no snapshot', async ({ open }) => {
  const app = await open({ path: '?boot=plain' })
  await app.runAsItIs()
  await waitForText(app.laneStatus, 'service worker')
  expect((await app.layers()).join('\n')).toMatch(/CORSMiddleware/)
})

test('nothing is fetched from another site', async ({ open }) => {
  const foreign: string[] = []
  const app = await open({
    before: async (page) => {
      page.on('request', (request) => {
        const { hostname, protocol } = new URL(request.url())
        if (protocol.startsWith('http') && !['localhost', '127.0.0.1', '[::1]'].includes(hostname))
          foreign.push(request.url())
      })
    },
  })
  await app.waitReady()
  expect(foreign).toEqual([])
})

test('the first onion waits neither for the editor, nor for decoders, parsers and the scripts of frames', async ({
  open,
}) => {
  let release = () => {}
  const held = new Promise<void>((resolve) => (release = resolve))
  const asked: string[] = []
  const app = await open({
    ready: false,
    before: (page) =>
      page.route(/\/(monaco|decode|dist|edit|realm|worker-entry)-[\w-]+\.js$/, async (route) => {
        asked.push(route.request().url())
        await held
        await route.continue()
      }),
  })
  await waitFor(async () => (await app.layers()).length > 6)
  expect(await app.editor.getByRole('textbox').first().inputValue()).toContain('FastAPI')
  release()
  await app.waitReady()
  await app.editor.locator('.code__plain').waitFor({ state: 'detached' })
  for (const name of ['monaco', 'worker-entry']) expect(asked.join(' ')).toContain(`/${name}-`)
})
