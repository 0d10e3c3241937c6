// Going back in a session: another request from an earlier moment, with the server's state as it was then.
import { expect } from 'vitest'
import { findViolations } from '../fixtures/axe'
import { test, waitForText } from '../fixtures/app'

const COUNTS = `from fastapi import FastAPI

app = FastAPI()
left = {"rye": 4}


@app.post("/take")
def take():
    left["rye"] -= 1
    return left


@app.get("/left")
def count():
    return left
`
const REQUESTS = '### Take one\nPOST /take\n\n### Count\nGET /left\n'

test('another request is sent from an earlier moment, by key, and laid beside the first line', async ({ open }) => {
  const app = await open()
  const { page } = app
  await app.openFile('requests.http')
  await app.type(REQUESTS)
  await app.openFile('main.py')
  await app.type(COUNTS)
  await app.runAsItIs()
  await page.getByRole('button', { name: 'What to do with this run' }).press('Enter')
  await page.getByRole('menuitem', { name: 'Branch from a moment' }).press('Enter')

  const tree = page.getByRole('group', { name: 'Moments of the session' })
  await tree.getByRole('button', { name: 'POST /take 200, line 1' }).waitFor()
  expect(await tree.getByRole('button').count()).toBe(3)
  expect(await findViolations(page)).toEqual([])

  // Nobody has taken any bread at the start.
  await tree.getByRole('button', { name: 'The start, before the first request' }).press('Enter')
  await page.getByRole('combobox', { name: 'Send from here' }).selectOption('1')
  await page.getByRole('button', { name: 'Send', exact: true }).press('Enter')
  await tree.getByRole('button', { name: 'GET /left 200, line 2, where the server stands' }).waitFor()
  await waitForText(page.locator('body'), '2 lines of requests that share a beginning')

  const other = page.getByRole('combobox', { name: 'Compare with' })
  expect(await other.locator('option:checked').textContent()).toBe('GET /left 200, line 1')
  await page.getByRole('button', { name: 'Compare', exact: true }).press('Enter')
  await waitForText(page.getByRole('table'), '{"rye":4}')
  await waitForText(page.getByRole('table'), '{"rye":3}')

  // The first line goes on from its end, with what it had.
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'What to do with this run' }).press('Enter')
  await page.getByRole('menuitem', { name: 'Branch from a moment' }).press('Enter')
  await tree.getByRole('button', { name: 'GET /left 200, line 1' }).press('Enter')
  await page.getByRole('button', { name: 'Go on with this line' }).press('Enter')
  await tree.getByRole('button', { name: 'GET /left 200, line 1, where the server stands' }).waitFor()
  await page.getByRole('combobox', { name: 'Send from here' }).selectOption('0')
  await page.getByRole('button', { name: 'Send', exact: true }).press('Enter')
  await tree.getByRole('button', { name: 'POST /take 200, line 1, where the server stands' }).waitFor()
  await page.keyboard.press('Escape')
  await waitForText(await app.openResponse(), '{"rye":2}')
})
