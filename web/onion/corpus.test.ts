// The geometry of every exchange of the corpus: real runs, drawn into the pane, a wide pane and a phone. What has to hold
// is held for each; what was decided is kept as a golden file, a line an exchange. `npx vitest run web/onion/corpus -u` renews it.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { spawnNodeWorker } from '../../engine/cli/spawn'
import { readCorpus, type CorpusApp } from '../../engine/corpus/read-corpus'
import { readFileSync } from 'node:fs'
import { groupRequests } from '../../engine/browser'
import { EngineHost, Session } from '../../engine/host'
import { parseHttpFile } from '../../engine/requests'
import type { RunDocument } from '../../engine/protocol'
import { foldExchange, layerLabel, pictureAt, rowName, viewExchange, type ShownExchange } from '../../engine/trace'
import { drawOnion, fitsIn, type Drawing } from './drawing'
import { onionBox } from './geometry'

/** A busy machine is not what is tested. */
const WALL_MS = 60_000
const WIDTHS = [358, 588, 728] as const

const apps = readCorpus()
const documents = new Map<CorpusApp, RunDocument>()
let host: EngineHost

async function documentOf(app: CorpusApp): Promise<RunDocument> {
  const known = documents.get(app)
  if (known) return known
  const session = new Session(host, { files: app.files, entry: app.entry, app: null }, { limits: { wallMs: WALL_MS } })
  await session.open()
  for (const group of app.groups) await session.send(group)
  await session.close()
  documents.set(app, session.document)
  return session.document
}

beforeAll(() => {
  host = new EngineHost(spawnNodeWorker(), { spare: false })
})
afterAll(() => host.dispose())

interface Drawn {
  readonly shown: ShownExchange
  readonly drawing: Drawing
}

function draw(document: RunDocument, index: number, width: number, folding: 'quiet' | 'none'): Drawn {
  const box = onionBox(width)
  const shown = foldExchange(viewExchange(document, index), { folding, fits: fitsIn(box) })
  return { shown, drawing: drawOnion(shown, box) }
}

const NUMBER = /-?\d+(?:\.\d+)?/g

/** Where a path of `M`, `V`, `H` and `q` begins and ends. */
function endsOf(d: string): { from: [number, number]; to: [number, number] } {
  const at: [number, number] = [0, 0]
  let from: [number, number] | null = null
  for (const [, letter = '', rest = ''] of d.matchAll(/([MVHq])([^MVHq]*)/g)) {
    const numbers = (rest.match(NUMBER) ?? []).map(Number)
    if (letter === 'M') at.splice(0, 2, numbers[0] ?? NaN, numbers[1] ?? NaN)
    else if (letter === 'V') at[1] = numbers[0] ?? NaN
    else if (letter === 'H') at[0] = numbers[0] ?? NaN
    else at.splice(0, 2, at[0] + (numbers[2] ?? NaN), at[1] + (numbers[3] ?? NaN))
    from ??= [...at]
  }
  return { from: from ?? [NaN, NaN], to: at }
}

/** What is wrong with a drawing, in words; empty where all is well. */
function faultsOf({ shown, drawing }: Drawn): string[] {
  const { layout, rows, points, segments, ports, notes } = drawing
  const faults: string[] = []
  const hold = (holds: boolean, what: string) => {
    if (!holds) faults.push(what)
  }
  for (const [i, row] of layout.rows.entries()) {
    const next = layout.rows[i + 1]
    const name = rows[i]
    hold(Object.values(row).every(Number.isFinite), `row ${i} has no place`)
    hold(row.x + row.corner < layout.xIn, `the lane in meets a corner of row ${i}`)
    hold(row.height >= 15.5, `row ${i} is ${row.height} high`)
    if (next)
      hold(
        next.x > row.x && next.y >= row.y + row.height - 0.01 && next.bottom < row.bottom,
        `row ${i + 1} leaves row ${i}`,
      )
    if (name) hold(name.name.width <= layout.nameRoom + 0.01, `the name ${name.fullName} is wider than its room`)
  }
  for (const plate of drawing.plates) hold(plate.text !== '', 'a plate says nothing')
  const last = points.length - 1
  hold(last === 2 * (shown.turn + 1) + 1, 'the path has other points than ports')
  for (const step of shown.steps) hold(step.point >= 0 && step.point <= last, `a step stands at point ${step.point}`)
  for (const [i, segment] of segments.entries()) {
    const { from, to } = endsOf(segment.d)
    const before = points[segment.to - 1]
    const after = points[segment.to]
    hold(segment.to === i + 1, 'a piece of the path is missing')
    hold(
      Math.hypot(from[0] - (before?.x ?? NaN), from[1] - (before?.y ?? NaN)) < 0.2,
      `piece ${segment.to} begins elsewhere`,
    )
    hold(Math.hypot(to[0] - (after?.x ?? NaN), to[1] - (after?.y ?? NaN)) < 0.2, `piece ${segment.to} ends elsewhere`)
  }
  for (const port of ports)
    hold(
      port.sign === 'born' || Math.abs(port.at.x - (port.side === 'in' ? layout.xIn : layout.xOut)) < 0.01,
      'a port is beside its lane',
    )
  for (const side of ['left', 'right'] as const) {
    let below = -Infinity
    for (const note of notes.filter((one) => one.side === side)) {
      const cy = layout.rows[note.row]?.cy ?? NaN
      const half = note.lines.length * 7
      hold(cy - half >= below - 4, `the note ${note.lines.join(' ')} runs into the one above`)
      below = cy + half
    }
  }
  return faults
}

const MARKS = { none: '', added: '+', changed: '~', removed: '-', born: 'x', skipped: '^', caught: '*', blocked: '#' }

/** One line: the rows with their places and signs, where the path turns, how it ends. */
function digest({ shown, drawing }: Drawn): string {
  const { layout, rows, ports, segments, verdict } = drawing
  const sign = (row: number, side: 'in' | 'out') =>
    ports
      .filter((port) => port.side === side && port.to === (side === 'in' ? row + 1 : 2 * shown.turn + 2 - row))
      .map((port) => MARKS[port.sign])
      .join('')
  const places = rows.map(({ name, dead, index }) => {
    const at = Math.round(layout.rows[index]?.cy ?? NaN)
    return `${sign(index, 'in')}${name.text.replaceAll(' ', '_')}${sign(index, 'out')}@${at}${dead ? '!' : ''}`
  })
  const kinds = segments.map(({ kind }) => kind[0]).join('')
  return `${places.join(' ')} | in at ${Math.round(layout.xIn)} | ${kinds} | ${shown.steps.length} steps | ${verdict.text}`
}

describe('every exchange of the corpus', () => {
  test.for(apps.map((app) => [app.name, app] as const))('%s', { timeout: WALL_MS }, async ([, app]) => {
    const document = await documentOf(app)
    const faults = document.exchanges.flatMap((exchange, index) =>
      WIDTHS.flatMap((width) =>
        (['quiet', 'none'] as const).flatMap((folding) =>
          faultsOf(draw(document, index, width, folding)).map(
            (fault) => `${exchange.title}, ${width} px, ${folding}: ${fault}`,
          ),
        ),
      ),
    )
    expect(faults).toEqual([])
  })

  test('is laid out as it was kept', { timeout: 4 * WALL_MS }, async () => {
    const lines: string[] = []
    for (const app of apps) {
      const document = await documentOf(app)
      for (const [index, exchange] of document.exchanges.entries()) {
        // A hundred clients at once look alike.
        if (index >= 12) break
        lines.push(`${app.name} ${index} ${exchange.title}: ${digest(draw(document, index, 588, 'quiet'))}`)
      }
    }
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('corpus.golden.txt')
  })
})

describe('an app at the third level', () => {
  const fileOf = (name: string) =>
    readFileSync(new URL(`../../e2e/content/scenes/mounted/${name}`, import.meta.url), 'utf8')

  test('opens alone, with the same steps, and the picture follows the cursor', { timeout: WALL_MS }, async () => {
    const session = new Session(host, { files: { 'main.py': fileOf('main.py') }, entry: 'main.py', app: null }, {})
    await session.open()
    for (const group of groupRequests(parseHttpFile(fileOf('requests.http'), { file: 'requests.http' }).requests))
      await session.send(group)
    const twice = viewExchange(session.document, 1)
    expect(twice.steps.map((_, whole) => pictureAt(twice, whole)).filter(Boolean)).toEqual([])
    const view = viewExchange(session.document, 2)
    const box = onionBox(588)
    const [outer, inner] = (['outer', 'inner'] as const).map((picture) =>
      foldExchange(view, { fits: fitsIn(box), picture }),
    )
    if (!outer || !inner) throw new Error('two pictures')
    expect(outer.rows.map((row) => rowName(outer, row)).at(-1)).toBe('app at /archive')
    expect(inner.rows.map((row) => rowName(inner, row))).toEqual([
      'the app around it',
      '3 framework layers',
      'archive',
      '3 framework layers',
      'list_users',
    ])
    expect(inner.steps.map(({ whole, kind }) => [whole, kind])).toEqual(
      outer.steps.map(({ whole, kind }) => [whole, kind]),
    )
    for (const shown of [outer, inner]) {
      const drawing = drawOnion(shown, box)
      expect(faultsOf({ shown, drawing })).toEqual([])
      expect(drawing.plates).toHaveLength(shown === outer ? 2 : 1)
      for (const row of shown.rows) expect(layerLabel(shown, row)).toMatch(/: \S/)
    }
    // The way goes into the inner one once, and out of it once.
    const pictures = view.steps.map((_, whole) => pictureAt(view, whole))
    expect(pictures.filter((picture, i) => picture !== pictures[i - 1])).toEqual(['outer', 'inner', 'outer'])
  })
})
