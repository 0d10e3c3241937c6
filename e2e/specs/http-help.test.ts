// What helps while a `.http` file is typed.
import { expect } from 'vitest'
import { test, waitForText } from '../fixtures/app'

test('settings and their values are offered by key, and explained', async ({ open }) => {
  const app = await open()
  await app.openFile('requests.http')
  await app.type('### A\n# @page https://app.shop.test\n\nGET https://shop.test/\n')
  const { keyboard } = app.page
  await keyboard.press('ArrowDown')
  await keyboard.press('ArrowDown')
  await keyboard.type('# @cre', { delay: 30 })
  const list = app.page.locator('.suggest-widget')
  await waitForText(list, 'credentials')
  await keyboard.press('Enter')
  await keyboard.type(' ')
  await waitForText(list, /omit.*same-origin.*include/s)
  await keyboard.press('ArrowDown')
  await keyboard.press('ArrowDown')
  await keyboard.press('Enter')
  expect(await app.editorText()).toContain('# @credentials include\n')
  await app.editor.getByText('@credentials').hover()
  await waitForText(app.page.locator('.monaco-hover-content').first(), 'the server must name the origin')
})
