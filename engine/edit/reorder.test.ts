import { describe, expect, test } from 'vitest'
import fc from 'fast-check'
import type { Layer } from '../protocol'
import { reorderLayers } from '.'
import { programs } from './testing/programs'

/** Layers of `main.py`, outermost first, each with the line that adds it: the first that holds the text. */
function layersOf(text: string, ...names: (string | [string, string])[]): Layer[] {
  const lines = text.split('\n')
  return names.map((one, depth) => {
    const [name, marker] = typeof one === 'string' ? [one, one] : one
    const line = lines.findIndex((each) => each.includes(marker)) + 1
    if (line === 0) throw new Error(`no line holds ${marker}`)
    return { id: name, name, origin: 'yours', depth, style: 'asgi', added: { file: 'main.py', line } }
  })
}

function reorder(text: string, layers: readonly Layer[], wanted: readonly number[], dragged?: number): string {
  const done = reorderLayers({ 'main.py': text }, layers, wanted, dragged)
  return done.ok ? (done.files['main.py'] ?? text) : `refused: ${done.why}`
}

const SAMPLE = `app = FastAPI()
shelf = {"rye": 4}


# Outermost of all? No.
@app.middleware("http")
async def timing(request, call_next):
    response = await call_next(request)
    # goes on

    return response
    # the end


class Tickets(BaseHTTPMiddleware):
    pass


class NoSniff:
    pass


app.add_middleware(Tickets, prefix="B")
app.add_middleware(NoSniff)  # believe it
app.add_middleware(
    CORSMiddleware,
    allow_origins=["https://shop.example"],
)


@app.get("/")
def root():
    return {}
`
const sampleLayers = layersOf(
  SAMPLE,
  ['CORS', 'app.add_middleware('],
  ['NoSniff', 'add_middleware(NoSniff)'],
  ['Tickets', 'add_middleware(Tickets'],
  ['timing', '@app.middleware'],
).map((layer, at) => (at === 0 ? { ...layer, added: { file: 'main.py', line: 25 } } : layer))

describe('reorderLayers()', () => {
  test('moves a statement of several lines, and the comment behind another', () => {
    const moved = reorder(SAMPLE, sampleLayers, [1, 0, 2, 3], 0)
    expect(moved).toContain(`app.add_middleware(Tickets, prefix="B")
app.add_middleware(
    CORSMiddleware,
    allow_origins=["https://shop.example"],
)
app.add_middleware(NoSniff)  # believe it


@app.get("/")`)
  })

  test('moves a decorated function with its body and the comment above it', () => {
    const moved = reorder(SAMPLE, sampleLayers, [3, 0, 1, 2], 3)
    expect(moved).toBe(
      SAMPLE.replace(/# Outermost[^]*?# the end\n\n\n/, '').replace(
        ')\n\n\n@app.get',
        `)\n\n\n${/# Outermost[^]*?# the end\n/.exec(SAMPLE)?.[0] ?? ''}\n\n@app.get`,
      ),
    )
  })

  test('moves the others down where the one that was dragged cannot go up', () => {
    // Tickets is defined below timing, so what adds it cannot stand above timing; timing can go below.
    const moved = reorder(SAMPLE, sampleLayers, [0, 1, 3, 2], 2)
    expect(moved).toContain('prefix="B")\n\n\n# Outermost of all? No.\n@app.middleware("http")')
    expect(moved).toContain('# the end\n\n\napp.add_middleware(NoSniff)')
  })

  test('leaves the text as it is where nothing moves', () => {
    expect(reorder(SAMPLE, sampleLayers, [0, 1, 2, 3])).toBe(SAMPLE)
  })

  const LIST = `app = FastAPI(
    middleware=[
        # first of all
        Middleware(A, x=1),  # outermost
        Middleware(B),
        Middleware(
            C,
        )
    ],
)
app.add_middleware(D)
`
  const listLayers = layersOf(
    LIST,
    ['D', 'add_middleware(D'],
    ['A', '(A,'],
    ['B', '(B)'],
    ['C', 'Middleware(\n'.trim()],
  )
  listLayers[3] = { ...(listLayers[3] as Layer), added: { file: 'main.py', line: 6 } }

  test('moves entries of a list with their comments, and leaves its commas', () => {
    expect(reorder(LIST, listLayers, [0, 3, 2, 1])).toBe(`app = FastAPI(
    middleware=[
        Middleware(
            C,
        ),
        Middleware(B),
        # first of all
        Middleware(A, x=1)  # outermost
    ],
)
app.add_middleware(D)
`)
  })

  test('moves entries that share a line', () => {
    const text = 'app = FastAPI(middleware=[Middleware(A), Middleware(B, x=2)])\n'
    const layers = layersOf(text, ['A', 'FastAPI'], ['B', 'FastAPI'])
    expect(reorder(text, layers, [1, 0])).toBe('app = FastAPI(middleware=[Middleware(B, x=2), Middleware(A)])\n')
  })

  test('moves statements of one function', () => {
    const text = `def make():
    app = FastAPI()
    app.add_middleware(A)
    # about B
    app.add_middleware(B)
    return app
`
    const layers = layersOf(text, ['B', '(B)'], ['A', '(A)'])
    expect(reorder(text, layers, [1, 0])).toBe(`def make():
    app = FastAPI()
    # about B
    app.add_middleware(B)
    app.add_middleware(A)
    return app
`)
  })

  test('keeps line ends, tabs and a missing last line end', () => {
    const text = 'app = FastAPI()\r\napp.add_middleware(A)\r\napp.add_middleware(B)'
    expect(reorder(text, layersOf(text, ['B', '(B)'], ['A', '(A)']), [1, 0], 1)).toBe(
      'app = FastAPI()\r\napp.add_middleware(B)\r\napp.add_middleware(A)',
    )
  })

  test('gives the same bytes when a statement goes back among its neighbours', () => {
    const text = `shelf = {}

app.add_middleware(A)  # one
# two
app.add_middleware(
    B,
)
app.add_middleware(C)


@app.get("/")
def root(): ...
`
    const layers = layersOf(text, ['C', '(C)'], ['B', 'add_middleware('], ['A', '(A)'])
    layers[1] = { ...(layers[1] as Layer), added: { file: 'main.py', line: 5 } }
    for (const wanted of [
      [2, 0, 1],
      [1, 2, 0],
      [2, 1, 0],
    ]) {
      const moved = reorder(text, layers, wanted)
      expect(moved).not.toBe(text)
      const line = (name: string) =>
        moved.split('\n').findIndex((each, at, all) => each.includes(`(${name})`) || all[at + 1] === `    ${name},`) + 1
      const after = wanted.map((at): Layer => {
        const layer = layers[at] as Layer
        return { ...layer, added: { file: 'main.py', line: line(layer.name) } }
      })
      expect(
        reorder(
          moved,
          after,
          [0, 1, 2].map((at) => wanted.indexOf(at)),
        ),
      ).toBe(text)
    }
  })

  const refusals: readonly [string, string, (string | [string, string])[], RegExp][] = [
    [
      'two functions',
      'def a():\n    app.add_middleware(A)\napp.add_middleware(B)\n',
      [
        ['B', '(B)'],
        ['A', '(A)'],
      ],
      /^A is added in line 2 of main.py and B in line 3 of main.py, which do not stand side by side/,
    ],
    [
      'the same line',
      'app.add_middleware(A); x = 1\napp.add_middleware(B)\n',
      [
        ['B', '(B)'],
        ['A', '(A)'],
      ],
      /Line 1 of main.py holds more than the statement that adds A/,
    ],
    [
      'a list and a statement',
      'app = FastAPI(middleware=[Middleware(A)])\napp.add_middleware(B)\n',
      [
        ['B', '(B)'],
        ['A', '(A)'],
      ],
      /^A stands in a list that the app is made with, and B is added afterwards/,
    ],
    [
      'what Python cannot read',
      'app.add_middleware(A)\napp.add_middleware(B)\nx = (\n',
      [
        ['B', '(B)'],
        ['A', '(A)'],
      ],
      /main.py cannot be read around line/,
    ],
  ]
  test.for(refusals)('refuses %s', ([, text, names, why]) => {
    const done = reorderLayers({ 'main.py': text }, layersOf(text, ...names), [1, 0])
    expect(done.ok ? 'moved' : done.why).toMatch(why)
  })

  test('passes an if and a loop, and leaves them where they are', () => {
    const text = `app.add_middleware(A)
if debug:
    app.add_middleware(B)
    app.add_middleware(C)
for one in many:
    app.add_middleware(one)
`
    const layers = layersOf(text, ['E', '(one)'], ['D', '(one)'], ['C', '(C)'], ['B', '(B)'], ['A', '(A)'])
    expect(reorder(text, layers, [0, 1, 4, 2, 3], 4)).toBe(`if debug:
    app.add_middleware(B)
    app.add_middleware(C)
app.add_middleware(A)
for one in many:
    app.add_middleware(one)
`)
    expect(reorder(text, layers, [4, 0, 1, 2, 3], 4)).toMatch(/\(one\)\napp.add_middleware\(A\)\n$/)
    expect(reorder(text, layers, [0, 1, 2, 4, 3], 4)).toBe(
      'refused: B and C are added by one block, so nothing can stand between them.',
    )
    expect(reorder(text, layers, [0, 1, 3, 2, 4], 3)).toMatch(
      /^refused: B is added inside of an `if` \(line 3 of main.py\)/,
    )
    expect(reorder(text, layers, [1, 0, 2, 3, 4], 3)).toMatch(/^refused: .* is added inside of a loop \(line 6/)
    expect(reorder(text, layers, [0, 2, 1, 3, 4], 3)).toMatch(/^refused: .* is added inside of a/)
  })

  test('refuses where each needs what stands between', () => {
    const text = `app.add_middleware(A, most=limit)
limit = 3
class B: pass
app.add_middleware(B)
`
    expect(reorder(text, layersOf(text, ['B', '(B)'], ['A', '(A']), [1, 0], 1)).toBe(
      'refused: A needs `limit`, which line 2 defines: what adds it cannot move past that.',
    )
    expect(reorder(text, layersOf(text, ['B', '(B)'], ['A', '(A']), [1, 0], 0)).toBe(
      'refused: B needs `B`, which line 3 defines: what adds it cannot move past that.',
    )
  })

  test('refuses to define a function below the line that uses it', () => {
    const text = `@app.middleware("http")
async def timing(request, call_next): ...
class B: inside = timing
app.add_middleware(B)
`
    expect(reorder(text, layersOf(text, ['B', '(B)'], ['timing', '@app']), [1, 0], 1)).toBe(
      'refused: Line 3 uses `timing`, so `timing` cannot be defined below it.',
    )
  })

  test('a list that is changed in between counts, and an app that is spoken to does not', () => {
    const changed = 'app.add_middleware(A, of=origins)\norigins.append("x")\nclass B: ...\napp.add_middleware(B)\n'
    expect(reorder(changed, layersOf(changed, ['B', '(B)'], ['A', '(A']), [1, 0], 1)).toMatch(/line 2 changes/)
    const spoken =
      'app.add_middleware(A)\napp.include_router(router)\napp.state.x = 1\nclass B: ...\napp.add_middleware(B)\n'
    expect(reorder(spoken, layersOf(spoken, ['B', '(B)'], ['A', '(A']), [1, 0], 1)).toMatch(
      /\(B\)\napp.add_middleware\(A\)\n$/,
    )
    const other = 'app.add_middleware(A)\napp = FastAPI()\nclass B: ...\napp.add_middleware(B)\n'
    expect(reorder(other, layersOf(other, ['B', '(B)'], ['A', '(A']), [1, 0])).toMatch(/^refused/)
  })
})

describe('whatever the shapes', () => {
  test('the lines stand in the wished order afterwards, and nothing else is lost', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(programs, ({ text, layers, wanted }) => {
        const done = reorderLayers({ 'main.py': text }, layers, wanted)
        if (!done.ok) throw new Error(done.why)
        const after = done.files['main.py'] ?? text
        const places = wanted.map((at) => {
          const name = layers[at]?.name ?? ''
          return Math.max(after.search(new RegExp(`add_middleware\\(\\s*${name}\\b`)), after.indexOf(`def ${name}(`))
        })
        expect(places.every((one) => one >= 0)).toBe(true)
        expect(places.toSorted((a, b) => b - a)).toEqual(places)
        const solid = (all: string) =>
          all
            .split('\n')
            .map((line) => line.trimEnd())
            .filter(Boolean)
            .sort()
        expect(solid(after)).toEqual(solid(text))
        expect(after.endsWith('\n')).toBe(true)
        if (text.includes('\r')) expect(after.replaceAll('\r\n', '')).not.toContain('\n')
      }),
      { numRuns: 150 },
    )
  })
})
