// A guess before the run, and what came of it: by keyboard alone.
import { expect } from 'vitest'
import { ONE_GET, withHeader } from '../content/programs'
import { findViolations } from '../fixtures/axe'
import { test, waitForText } from '../fixtures/app'

const GATE = withHeader('gate', 'x-gate').replace(
  '    response = await call_next(request)\n    response.headers["x-gate"] = "yes"\n    return response\n',
  '    return JSONResponse({"detail": "closed"}, 403)\n',
)

test('a guess is laid beside the run: what was right, and where they part', async ({ open }) => {
  const app = await open()
  const { page } = app
  await app.openFile('requests.http')
  await app.type(ONE_GET)
  await app.openFile('main.py')
  await app.type(
    GATE.replace(
      'from fastapi import FastAPI, Request',
      'from fastapi import FastAPI, Request\nfrom fastapi.responses import JSONResponse',
    ),
  )
  await page.getByRole('button', { name: 'What to do with this run' }).press('Enter')
  await page.getByRole('menuitem', { name: 'Guess before the run' }).press('Enter')

  // The layers are those of the program as it is written, though it never ran.
  await page.getByRole('radio', { name: 'gate' }).waitFor()
  const go = page.getByRole('button', { name: 'Run and compare' })
  expect(await go.isDisabled()).toBe(true)
  await page.getByRole('radio', { name: 'The endpoint' }).focus()
  await page.keyboard.press('Space')
  await page.getByRole('spinbutton', { name: 'Status' }).fill('200')
  await page.getByRole('textbox', { name: 'Headers that come back' }).fill('content-type, x-gate')
  expect(await findViolations(page)).toEqual([])
  await page.keyboard.press('Enter')

  const verdict = page.getByRole('status').filter({ hasText: 'as you guessed' })
  await waitForText(verdict, '1 of 4 as you guessed.')
  await waitForText(verdict, 'You let it come to the endpoint; it turns round in gate, before that.')
  await waitForText(verdict, 'You expected 200; 403 comes.')
  await waitForText(verdict, 'You expected x-gate; the response does not carry it.')

  await page.getByRole('button', { name: 'Guess again' }).press('Enter')
  await page.getByRole('radio', { name: 'gate' }).focus()
  await page.keyboard.press('Space')
  await page.getByRole('spinbutton', { name: 'Status' }).fill('403')
  await page.getByRole('textbox', { name: 'Headers that come back' }).fill('')
  await page.keyboard.press('Enter')
  await page.getByText('Your guess is what happened.').waitFor()
  expect(await findViolations(page)).toEqual([])
})
