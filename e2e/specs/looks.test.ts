// The page at every size and in every theme: nothing sticks out, everything is there, and everybody can read it.
import type { Locator } from 'playwright'
import { expect } from 'vitest'
import { findViolations } from '../fixtures/axe'
import { test, waitFor, waitForText } from '../fixtures/app'

const SIZES = [
  [390, 844],
  [1280, 800],
  [1440, 900],
  [1920, 1080],
] as const

test.for(SIZES)('at %i by %i nothing sticks out and every region is there', async ([width, height], { open }) => {
  const app = await open({ viewport: { width, height } })
  const overflow = () =>
    app.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  expect(await overflow()).toBeLessThanOrEqual(0)
  const regions = [app.editor, app.onion, app.response]
  if (width >= 1280) {
    for (const region of regions) expect(await region.isVisible()).toBe(true)
    const outside = await app.page.evaluate(() =>
      [...document.querySelectorAll('button, [role=slider], [role=tab]')]
        .filter((element) => element.checkVisibility({ checkVisibilityCSS: true }))
        // What is only read aloud is clipped to a pixel, wherever its box would be.
        .filter((element) => !element.closest('.sr-only, .on-unseen'))
        // The tabs of a long run scroll.
        .filter((element) => !element.closest('.run-pane__bar'))
        .filter(
          (element) =>
            element.getBoundingClientRect().left < -1 || element.getBoundingClientRect().right > innerWidth + 1,
        )
        .map((element) => element.outerHTML.slice(0, 120)),
    )
    expect(outside).toEqual([])
  } else {
    for (const [name, region] of [
      ['Code', app.editor],
      ['Onion', app.onion],
      ['Result', app.response],
    ] as const) {
      await app.page
        .getByRole('button', { name, exact: true })
        .or(app.page.getByRole('tab', { name, exact: true }))
        .click()
      await waitFor(() => region.isVisible(), { what: async () => `${name} brings no region` })
      expect(await overflow()).toBeLessThanOrEqual(0)
    }
  }
})

test('on a phone a program can be run', async ({ open }) => {
  const app = await open({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true })
  await app.runButton.tap()
  await app.page.getByRole('button', { name: 'Result', exact: true }).tap()
  await waitForText(app.page.locator('body'), 'server is running', 20_000)
  await app.page.getByRole('button', { name: 'Onion', exact: true }).tap()
  await waitFor(async () => (await app.layers()).length > 6)
})

test.for([
  ['light', { colorScheme: 'light' }],
  ['dark', { colorScheme: 'dark' }],
  ['contrast', { colorScheme: 'light', contrast: 'more' }],
] as const)('nobody is shut out in the %s theme', async ([theme, options], { open }) => {
  const app = await open(options)
  await app.runAsItIs()
  if (theme === 'contrast') await app.setTheme('contrast')
  expect(await findViolations(app.page)).toEqual([])
})

test('nobody is shut out on a phone', async ({ open }) => {
  const app = await open({ viewport: { width: 390, height: 844 } })
  expect(await findViolations(app.page)).toEqual([])
})

test('nobody is shut out with another file in front', async ({ open }) => {
  const app = await open()
  for (const file of ['requests.http', 'main.py']) {
    await app.openFile(file)
    expect(await findViolations(app.page, 'Editor')).toEqual([])
    const panel = app.editor.getByRole('tabpanel', { name: file })
    expect(await panel.getAttribute('id')).toBe(
      await app.page.getByRole('tab', { name: file }).getAttribute('aria-controls'),
    )
  }
})

/** How far the chosen tab of a list sticks out of what is seen of its list, in CSS pixels. */
const outOfSight = (list: Locator) =>
  list.evaluate((element) => {
    const seen = element.getBoundingClientRect()
    const tab = element.querySelector('[aria-selected="true"]')?.getBoundingClientRect()
    return tab ? Math.max(seen.left - tab.left, tab.right - Math.min(seen.right, innerWidth), 0) : Infinity
  })

test('on a phone the chosen tab is in sight', async ({ open }) => {
  const app = await open({ viewport: { width: 390, height: 844 } })
  await app.showPane('Result')
  const result = app.page.getByRole('tablist', { name: 'Result' })
  expect(await result.evaluate((list) => list.scrollWidth - list.clientWidth)).toBeGreaterThan(0)
  for (const name of ['Preview', 'Response', 'Preview']) {
    await app.page.getByRole('tab', { name }).click()
    await waitFor(async () => (await outOfSight(result)) < 1, {
      what: async () => `${name} sticks out by ${await outOfSight(result)} px`,
    })
  }
  // Nor does it go out of sight while its pane is away.
  await result.evaluate((list) => (list.scrollLeft = 0))
  await app.showPane('Code')
  await app.showPane('Result')
  await waitFor(async () => (await outOfSight(result)) < 1)

  await app.runAsItIs()
  await app.showPane('Onion')
  const requests = app.page.getByRole('tablist', { name: 'Requests of this run' })
  await requests.getByRole('tab').last().click()
  await waitFor(async () => (await outOfSight(requests)) < 1)
  // The inspector's tabs lie below the fold; they are no reason to scroll the pane.
  expect(await app.onion.evaluate((onion) => onion.closest('.instrument')?.scrollTop)).toBe(0)
})
