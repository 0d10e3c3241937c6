// The page at every size and in every theme: nothing sticks out, everything is there, and everybody can read it.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { expect } from 'vitest'
import type { Page } from 'playwright'
import { test, waitFor, waitForText } from '../fixtures/app'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

interface Violation {
  readonly id: string
  readonly impact: string
  readonly help: string
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[]
}

/** Serious accessibility violations of what is on screen, one line each. */
async function findViolations(page: Page): Promise<string[]> {
  await page.evaluate(AXE)
  const violations = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run: (options: object) => Promise<{ violations: Violation[] }> } }
    // Off: names here differ from what is seen by a comma, or by the keys shown beside "Run"; that is how they are meant.
    const rules = { 'label-content-name-mismatch': { enabled: false } }
    return (await axe.run({ resultTypes: ['violations'], iframes: false, rules })).violations
  })
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 160)} ${node.failureSummary}`))
}

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
