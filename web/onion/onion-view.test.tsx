import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, test } from 'vitest'
import { foldExchange, layerLabel, stackView, viewExchange } from '../../engine/trace'
import { exception, happyPath, shortCircuit } from '../../engine/trace/fixtures/scenes'
import { LAYERS } from '../../engine/trace/fixtures/script'
import { HeaderTable, Narration, Tape } from '../timeline'
import { OnionView } from './OnionView'

const nothing = () => undefined
const shown = foldExchange(viewExchange(happyPath(), 0))
const labelsIn = (html: string) =>
  [...html.matchAll(/<li aria-label="([^"]*)"/g)].map((match) => match[1]?.replaceAll('&#x27;', "'"))

describe('OnionView', () => {
  test('is the region Onion with one flat list, an item a row, outermost first', () => {
    const html = renderToStaticMarkup(<OnionView shown={shown} step={11} onStep={nothing} onToggleGroup={nothing} />)
    expect(html.match(/<section[^>]*aria-label="Onion"/g)).toHaveLength(1)
    expect(html.match(/<ol/g)).toHaveLength(1)
    expect(labelsIn(html)).toEqual(shown.rows.map((row) => layerLabel(shown, row)))
    expect(html).toMatch(/<li aria-label="timing[^>]*aria-current="step"/)
  })

  test('hides the drawing from assistive technology and leaves one tab stop in the list', () => {
    const html = renderToStaticMarkup(<OnionView shown={shown} step={0} onStep={nothing} />)
    expect(html).toMatch(/<svg[^>]*aria-hidden="true"/)
    expect(html.match(/<button[^>]*data-layer[^>]*tabindex="0"/gi)).toHaveLength(1)
  })

  test('offers to unfold a folded run by a button of its own', () => {
    const html = renderToStaticMarkup(<OnionView shown={shown} step={0} onStep={nothing} onToggleGroup={nothing} />)
    expect(html.match(/aria-expanded="false">Show the 3 layers one by one/g)).toHaveLength(2)
  })

  test('a layer that was not reached cannot be jumped to', () => {
    const html = renderToStaticMarkup(
      <OnionView shown={foldExchange(viewExchange(shortCircuit(), 0))} step={0} onStep={nothing} />,
    )
    expect(html.match(/aria-disabled="true"/g)).toHaveLength(3)
  })

  test('draws every scene without a number that is none', () => {
    for (const doc of [happyPath(), shortCircuit(), exception()]) {
      for (const width of [358, 588, 728]) {
        const html = renderToStaticMarkup(
          <OnionView shown={foldExchange(viewExchange(doc, 0))} step={3} onStep={nothing} width={width} />,
        )
        expect(html).not.toMatch(/NaN|undefined|Infinity/)
      }
    }
  })

  test('shows a stack with what the caller puts below it', () => {
    const stack = foldExchange(stackView(LAYERS))
    const html = renderToStaticMarkup(<OnionView shown={stack} step={0} onStep={nothing} empty={<p>Run it</p>} />)
    expect(html).toContain('<p>Run it</p>')
    expect(labelsIn(html)[2]).toMatch(/no request has met it yet$/)
  })
})

describe('the tape and its sentence', () => {
  test('is a slider named Step that says the sentence of its step', () => {
    const html = renderToStaticMarkup(
      <Tape shown={shown} step={11} onStep={nothing} playing={false} onPlaying={nothing} />,
    )
    expect(html).toMatch(/<input type="range" aria-label="Step" min="1" max="18"/)
    expect(html).toContain('aria-valuetext="timing gets the response back and adds x-process-time: 0.1200."')
    expect(html).toContain('12 of 18')
    expect([...html.matchAll(/<button[^>]*aria-label="([^"]*)"/g)].map((match) => match[1])).toEqual([
      'First step',
      'Previous step',
      'Play',
      'Next step',
      'Last step',
    ])
  })

  test('the sentence is a polite live region that keeps silent while playing', () => {
    const html = (playing: boolean) => renderToStaticMarkup(<Narration shown={shown} step={11} playing={playing} />)
    expect(html(false)).toContain('aria-live="polite"')
    expect(html(true)).toContain('aria-live="off"')
    expect(html(false)).toContain('<b>timing</b>')
    expect(html(false)).toContain('<code>x-process-time: 0.1200</code>')
  })

  test('without a run the slider is disabled and says so', () => {
    const stack = foldExchange(stackView(LAYERS))
    const html = renderToStaticMarkup(
      <Tape shown={stack} step={0} onStep={nothing} playing={false} onPlaying={nothing} />,
    )
    expect(html).toMatch(/disabled="" aria-valuetext="No run yet"/)
  })
})

describe('HeaderTable', () => {
  test('is a real table in which each mark has a word', () => {
    const html = renderToStaticMarkup(<HeaderTable shown={shown} step={11} of="response" onOf={nothing} />)
    expect(html).toContain('<caption')
    expect(html.match(/scope="row"/g)).toHaveLength(7)
    expect(html.match(/tl-op-added/g)).toHaveLength(7)
    expect(html.match(/>added</g)).toHaveLength(7)
  })

  test('on a phone names who added each header', () => {
    const html = renderToStaticMarkup(<HeaderTable shown={shown} step={11} of="response" onOf={nothing} compact />)
    expect(html).toContain('added by')
    expect(html).toContain('>CORS</td>')
    expect(html.match(/scope="col"/g)).toHaveLength(3)
  })
})
