// A lesson from start to finish: read, run, see what is missing, solve it, answer a question, and find it all kept.
import { readFileSync } from 'node:fs'
import { expect } from 'vitest'
import { type App, test, waitFor, waitForText } from '../fixtures/app'

const LESSON = 'Who meets the request first'
const SOLUTION = readFileSync(new URL('../../lessons/01-layers/01-order/solution/main.py', import.meta.url), 'utf8')

const pane = (app: App) => app.page.getByRole('complementary', { name: 'Lesson', exact: true })
const checks = (app: App) => pane(app).getByRole('region', { name: 'Checks', exact: true })

async function openLesson(app: App): Promise<void> {
  await pane(app)
    .getByRole('navigation', { name: 'Lessons' })
    .getByRole('button', { name: new RegExp(`^${LESSON}`) })
    .click()
  await pane(app).getByRole('heading', { name: LESSON }).waitFor({ timeout: 15_000 })
  await waitFor(async () => (await app.editorText()).includes('class Guard'), { what: () => app.editorText() })
}

test('a check fails at the start and holds with the solution, and that is remembered', async ({ open }) => {
  const app = await open()
  await openLesson(app)
  await waitForText(checks(app), 'Run the program to check it.')
  await app.runButton.click()
  await waitForText(checks(app), /\d of 4 hold\./)
  await waitForText(checks(app), /Does not hold: /)

  await app.type(SOLUTION)
  await app.runButton.click()
  await waitForText(checks(app), 'All 4 hold.')
  expect(await checks(app).textContent()).not.toContain('Does not hold: ')

  await app.page.reload()
  await app.waitReady()
  await pane(app).getByRole('button', { name: 'All lessons' }).click()
  await waitForText(pane(app).getByRole('button', { name: new RegExp(`^${LESSON}`) }), 'done')
})

test('a question is answered, explained, shown by its run, and kept', async ({ open }) => {
  const app = await open()
  await openLesson(app)
  await pane(app)
    .getByRole('tab', { name: /^Questions/ })
    .click()
  const card = pane(app)
    .getByRole('article')
    .filter({ hasText: /Which layer meets the request first/ })
  await card.getByText('the last in the list').click()
  await card.getByText('Sure', { exact: true }).click()
  await card.getByRole('button', { name: 'Check', exact: true }).click()
  await waitForText(card, 'Not so.')
  await waitForText(card, 'In the constructor the first entry is outermost.')

  await card.getByRole('button', { name: 'Ask me again' }).click()
  await card.getByText('the first in the list').click()
  await card.getByText('Fairly', { exact: true }).click()
  await card.getByRole('button', { name: 'Check', exact: true }).click()
  await waitForText(card, 'Right.')

  await card.getByRole('button', { name: 'Show me' }).click()
  await waitFor(async () => (await app.layers()).some((label) => label.startsWith('Paper')), { timeout: 20_000 })

  await app.page.reload()
  await app.waitReady()
  if ((await card.count()) === 0) {
    const questions = pane(app).getByRole('tab', { name: /^Questions/ })
    if ((await questions.count()) === 0)
      await pane(app)
        .getByRole('button', { name: new RegExp(`^${LESSON}`) })
        .click()
    await questions.click()
  }
  await waitForText(card, 'Right.')
})
