import { describe, expect, test } from 'vitest'
import { foldExchange, narrate, sentenceText, viewExchange, type ShownExchange } from '../../engine/trace'
import * as scenes from '../../engine/trace/fixtures/scenes'
import { choosePanels, MOST_PANELS } from './panels'

const show = (document: ReturnType<typeof scenes.happyPath>): ShownExchange => foldExchange(viewExchange(document, 0))
const tell = (shown: ShownExchange): string[] => choosePanels(shown).map((step) => sentenceText(narrate(shown, step)))

describe('choosePanels()', () => {
  test('tells a pass by its ends, its turn and its changes', () => {
    expect(tell(show(scenes.happyPath()))).toMatchInlineSnapshot(`
      [
        "The client is about to send GET /orders/7. Nothing is on the wire yet.",
        "The browser adds host and sends the request.",
        "The route /orders/{order_id} leads to read_order.",
        "read_order answers 200 with content-length and content-type.",
        "timing gets the response back and adds x-process-time: 0.1200.",
        "CORSMiddleware gets the response back and adds access-control-allow-origin and vary.",
        "uvicorn adds date and server, and writes the bytes.",
        "The client reads 200 OK.",
      ]
    `)
  })

  test('tells where an exception was born and who answered', () => {
    const sentences = tell(show(scenes.exception()))
    expect(sentences.some((text) => text.includes('raises ZeroDivisionError'))).toBe(true)
    expect(sentences.some((text) => text.includes('turns ZeroDivisionError into a 500'))).toBe(true)
  })

  test('tells who answers by itself', () => {
    expect(tell(show(scenes.shortCircuit())).join()).toContain('AuthMiddleware answers 401 itself')
  })

  test('has room on a page for every scene, in order, from first to last', () => {
    for (const scene of Object.values(scenes)) {
      if (typeof scene !== 'function') continue
      const shown = show(scene())
      const panels = choosePanels(shown)
      expect(panels.length).toBeGreaterThan(2)
      expect(panels.length).toBeLessThanOrEqual(MOST_PANELS)
      expect(panels).toEqual([...new Set(panels)].sort((a, b) => a - b))
      expect([panels[0], panels.at(-1)]).toEqual([0, shown.steps.length - 1])
    }
  })

  test('keeps what matters where there is more than fits', () => {
    const shown = show(scenes.exception())
    const crowded = { ...shown, steps: shown.steps.map((step) => ({ ...step, change: true })) }
    const kinds = choosePanels(crowded).map((index) => crowded.steps[index]?.kind)
    expect(kinds).toHaveLength(MOST_PANELS)
    expect(kinds).toEqual(expect.arrayContaining(['leave', 'raise', 'catch', 'arrive']))
  })

  test('of nothing nothing', () => {
    expect(choosePanels({ ...show(scenes.happyPath()), steps: [] })).toEqual([])
  })
})
