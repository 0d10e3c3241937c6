// One page, several versions of FastAPI: chosen in the bar or in the address, prepared by the server that serves the page.
import { expect } from 'vitest'
import { test, waitFor, waitForText } from '../fixtures/app'

test('a version is chosen in the bar, boots, and runs the program with its own layers', async ({ open }) => {
  const app = await open()
  await app.waitReady()
  await app.runAsItIs()
  expect((await app.layers()).join('\n')).toMatch(/AppBodyLimitMiddleware/)

  await app.page.getByRole('button', { name: /^Runs on FastAPI 0\.165/ }).click()
  await app.page.getByRole('menuitemradio', { name: /FastAPI 0\.158/ }).click()
  await app.page.getByRole('button', { name: /^Runs on FastAPI 0\.158/ }).waitFor()
  await app.waitReady()
  await app.runAsItIs()
  await waitFor(async () => !(await app.layers()).join('\n').includes('AppBodyLimitMiddleware'))
  expect((await app.layers()).join('\n')).toMatch(/ExceptionTelemetryMiddleware/)
  await waitForText(app.laneStatus, 'service worker')
})

test('the address names a version', async ({ open }) => {
  const app = await open({ path: '?fastapi=0.158.2' })
  await app.waitReady()
  await app.page.getByRole('button', { name: /^Runs on FastAPI 0\.158, Starlette 1\.4/ }).waitFor()
})

test('a version that is not listed is refused with those that are', async ({ open }) => {
  const app = await open({ path: '?fastapi=0.99.0', ready: false })
  await waitForText(app.engineStatus, 'did not start')
  await app.page.getByText(/FastAPI 0\.99\.0 is not among .* choose one of 0\.165\.0/).waitFor()
})
