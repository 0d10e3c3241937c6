import fc from 'fast-check'
import mermaid from 'mermaid'
import { describe, expect, test } from 'vitest'
import { foldExchange, viewExchange } from '../trace'
import * as scenes from '../trace/fixtures/scenes'
import { escapeText, writeMermaid } from './mermaid'

const write = (document: ReturnType<typeof scenes.happyPath>): string =>
  writeMermaid(foldExchange(viewExchange(document, 0)))

interface Message {
  readonly from: string
  readonly to: string
  readonly message: string
  readonly type: number
}

/** What Mermaid's own parser makes of it, its codes turned back into characters. */
async function read(text: string): Promise<{ names: string[]; messages: Message[] }> {
  // Makes its kinds of diagrams known.
  await mermaid.parse(text)
  const { db } = await mermaid.mermaidAPI.getDiagramFromText(text)
  const { getActors, getMessages } = db as unknown as {
    getActors(): Map<string, { description: string }>
    getMessages(): Message[]
  }
  return {
    names: [...getActors.call(db).values()].map(({ description }) => decode(description)),
    messages: getMessages.call(db).map((one) => ({ ...one, message: decode(one.message) })),
  }
}

/** Mermaid keeps `#59;` in this form until it draws. */
const decode = (text: string): string => text.replaceAll(/ﬂ°°(\d+)¶ß/g, (_, code) => String.fromCodePoint(Number(code)))

/** Mermaid's numbers: a solid arrow, a note, a dashed line with a cross. */
const [SOLID, NOTE, DASHED_CROSS] = [0, 2, 4]

describe('writeMermaid()', () => {
  test('takes a request in and its response out, with a note for each change', async () => {
    const text = write(scenes.happyPath())
    expect(text).toMatchInlineSnapshot(`
      "sequenceDiagram
        participant r0 as Browser
        participant r1 as uvicorn
        participant r2 as 3 framework layers
        participant r3 as CORSMiddleware
        participant r4 as AuthMiddleware
        participant r5 as timing
        participant r6 as 3 framework layers
        participant r7 as read_order
        Note over r0: The client is about to send GET /orders/7.<br/>Nothing is on the wire yet.
        Note over r0: The browser adds host and sends the request.
        r0->>r1: GET /orders/7
        r1->>r2: request
        r2->>r3: request
        r3->>r4: request
        r4->>r5: request
        r5->>r6: request
        r6->>r7: request
        Note over r7: read_order answers 200 with content-length<br/>and content-type.
        r7->>r6: 200
        r6->>r5: 200
        Note over r5: timing gets the response back and adds<br/>x-process-time: 0.1200.
        r5->>r4: 200
        r4->>r3: 200
        Note over r3: CORSMiddleware gets the response back and<br/>adds access-control-allow-origin and vary.
        r3->>r2: 200
        r2->>r1: 200
        Note over r1: uvicorn adds date and server, and writes the<br/>bytes.
        r1->>r0: 200 OK
        Note over r0: The client reads 200 OK.
      "
    `)
    const { names, messages } = await read(text)
    expect(names.slice(2, 6)).toEqual(['3 framework layers', 'CORSMiddleware', 'AuthMiddleware', 'timing'])
    expect(new Set(messages.map(({ type }) => type))).toEqual(new Set([SOLID, NOTE]))
  })

  test('draws an exception as dashed arrows with a cross, up to the layer that answers', async () => {
    const { names, messages } = await read(write(scenes.exception()))
    const crossed = messages.filter(({ type }) => type === DASHED_CROSS)
    expect(crossed.map(({ from }) => names[Number(from.slice(1))])).toEqual([
      'read_order',
      '3 framework layers',
      'timing',
      'AuthMiddleware',
      'CORSMiddleware',
      '2 framework layers',
    ])
    expect(new Set(crossed.map(({ message }) => message))).toEqual(new Set(['ZeroDivisionError']))
  })

  test('turns where a layer answers by itself', async () => {
    const { names, messages } = await read(write(scenes.shortCircuit()))
    const deepest = Math.max(...messages.flatMap(({ to }) => (to ? [Number(to.slice(1))] : [])))
    expect(names[deepest]).toBe('AuthMiddleware')
  })

  test.for(
    Object.entries(scenes).flatMap(([name, scene]) => (typeof scene === 'function' ? [[name, scene] as const] : [])),
  )('is read by Mermaid: %s', async ([, scene]) => {
    expect((await mermaid.parse(write(scene()))).diagramType).toBe('sequence')
  })
})

describe('escapeText()', () => {
  test('gives any text back through Mermaid, in names, on arrows and in notes', { timeout: 60_000 }, async () => {
    const unit = fc.oneof(
      fc.constantFrom(
        ...'#;:%{}[]<>&"`\\@$|^~-+()=,./ab '.split(''),
        '%%',
        '%%{',
        '-->>',
        'end',
        'wrap:',
        '\n',
        '---\n',
      ),
      fc.string({ unit: 'binary', maxLength: 3 }),
    )
    const texts = fc
      .array(unit, { maxLength: 8 })
      .map((parts) => parts.join(''))
      .filter((text) => /\S/.test(text))
    await fc.assert(
      fc.asyncProperty(texts, texts, texts, async (name, message, note) => {
        const said = [name, message, note].map((text) => text.replaceAll(/[\p{Cc}\u2028\u2029\s]+/gu, ' ').trim())
        if (said.includes('')) return
        const { names, messages } = await read(
          [
            'sequenceDiagram',
            `  participant a as ${escapeText(name)}`,
            '  participant b as B',
            `  a->>b: ${escapeText(message)}`,
            `  Note over a: ${escapeText(note)}`,
            '',
          ].join('\n'),
        )
        expect([names[0], ...messages.map((one) => one.message)]).toEqual(said)
      }),
      { numRuns: 150, seed: 7 },
    )
  })
})
