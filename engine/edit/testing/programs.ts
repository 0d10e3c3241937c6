// Random programs that register layers in many shapes, with the order that is wished for them.
import fc from 'fast-check'
import type { Layer } from '../../protocol'

export interface MadeProgram {
  readonly text: string
  /** Outermost first. */
  readonly layers: readonly Layer[]
  /** Indices of the layers, outermost first. */
  readonly wanted: readonly number[]
}

const HEAD = `from fastapi import FastAPI, Request

app = FastAPI()


class Ring:
    def __init__(self, app, **more):
        self.inner = app

    async def __call__(self, scope, receive, send):
        await self.inner(scope, receive, send)


`

/** Lines of one registration, and which of them (1-based) adds the layer. */
const SHAPES: Readonly<Record<string, (name: string) => readonly [text: string, line: number]>> = {
  plain: (name) => [`app.add_middleware(${name})\n`, 1],
  near: (name) => [`class ${name}(${name}):\n    pass\n\napp.add_middleware(${name})\n`, 4],
  lines: (name) => [`app.add_middleware(\n    ${name},\n    x=[\n        1,\n    ],\n)\n`, 1],
  comment: (name) => [`# about ${name}\n# at length\napp.add_middleware(${name})  # here\n`, 3],
  function: (name) => [
    `@app.middleware("http")\nasync def ${name}(request: Request, call_next):\n    y = """\n# no comment\n"""\n\n    return await call_next(request)\n    # end\n`,
    1,
  ],
}

const FILLERS = [
  '',
  'x = 1\n',
  '# a remark\n\n',
  '\n\ndef other():\n    return 1\n\n\n',
  '@app.get("/")\ndef root(): ...\n',
]

export const programs: fc.Arbitrary<MadeProgram> = fc
  .array(
    fc.record({
      shape: fc.constantFrom(...Object.keys(SHAPES)),
      blanks: fc.integer({ min: 0, max: 3 }),
      filler: fc.constantFrom(...FILLERS),
    }),
    { minLength: 2, maxLength: 5 },
  )
  .chain((parts) => {
    const all = parts.map((_, at) => at)
    return fc.record({
      parts: fc.constant(parts),
      wanted: fc.shuffledSubarray(all, { minLength: all.length }),
      isWindows: fc.boolean(),
    })
  })
  .map(({ parts, wanted, isWindows }) => {
    let text = HEAD + parts.map((_, at) => `class L${at}(Ring): ...\n`).join('')
    const layers = parts.map(({ shape, blanks, filler }, at): Layer => {
      const name = `L${at}`
      text += '\n'.repeat(blanks) + filler
      const [lines, nth] = SHAPES[shape]?.(name) ?? ['', 0]
      const line = text.split('\n').length - 1 + nth
      text += lines
      return { id: name, name, origin: 'yours', depth: 0, style: 'asgi', added: { file: 'main.py', line } }
    })
    return { text: isWindows ? text.replaceAll('\n', '\r\n') : text, layers: layers.toReversed(), wanted }
  })
