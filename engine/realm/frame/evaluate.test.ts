import { afterEach, describe, expect, test } from 'vitest'
import { describe as describeValue } from './describe'
import { evaluate } from './evaluate'
import { isUnfinished } from './rewrite'

const enter = async (source: string) => (await evaluate(source, true, {}))?.value
const known = new Set(Object.keys(globalThis))

afterEach(() => {
  for (const name of Object.keys(globalThis)) if (!known.has(name)) Reflect.deleteProperty(globalThis, name)
})

describe('evaluate()', () => {
  test.for([
    ['1 + 1', 2],
    ['1 + 1;', 2],
    ['(1, 2)', 2],
    ['{ a: 1 }', { a: 1 }],
    ['{ a: 1 };', { a: 1 }],
    ['{ const a = 1; a }', undefined],
    ['await Promise.resolve(3)', 3],
    ['const x = 1, y = 2; x + y', 3],
    ['const { a, b: [c = 4], ...rest } = { a: 1, b: [], d: 5 }; [a, c, rest.d]', [1, 4, 5]],
    ['let z; z', undefined],
    ['f(); function f() { return 7 }', 7],
    ['class A { b = 8 }; new A().b', 8],
    ['let n = 0; for (const i of [1, 2]) n += i; n', 3],
    ['let n = 0; do n++; while (n < 5); n', 5],
    ['let n = 0; a: while (true) { while (true) { if (++n > 3) break a } }; n', 4],
    ['// nothing', undefined],
    ['1 // one', 1],
    ['`${await 1}-${2}`', '1-2'],
  ] as const)('%s gives %j', async ([source, value]) => {
    expect(await enter(source)).toEqual(value)
  })

  test('a promise is a value: nobody waits for it', async () => {
    const result = await evaluate('new Promise(() => {})', true, {})
    expect(result?.value).toBeInstanceOf(Promise)
  })

  test('names outlive their entry, and may be declared again', async () => {
    await enter('const answer = 41; function next() { return answer + 1 }')
    expect(await enter('next()')).toBe(42)
    await enter('const answer = 1')
    expect(await enter('next()')).toBe(2)
  })

  test('a name without a value is undefined again', async () => {
    await enter('let again = 1')
    expect(await enter('let again; again')).toBeUndefined()
  })

  test.for([
    ['foo(', true],
    ['if (1) {', true],
    ['const a = `x', true],
    ['/* a', true],
    ["fetch('/a', {", true],
    ['a +', true],
    ['1 + 1', false],
    ["'abc", false],
    ['a b', false],
    [')', false],
  ] as const)('%s goes on: %s', ([source, goesOn]) => {
    expect(isUnfinished(source)).toBe(goesOn)
  })

  test.for([
    ['foo(1; 2)', 'missing ) after argument list'],
    ['if (1) {', 'Unexpected end of input'],
    ['return 1', 'Illegal return statement'],
    ['let a; let b; a b', "Unexpected identifier 'b'"],
  ] as const)('%s is told in the words of the engine: %s', async ([source, message]) => {
    await expect(enter(source)).rejects.toMatchObject({ name: 'SyntaxError', message })
  })

  test.for([
    ['a +', 'SyntaxError'],
    ['unknown', 'ReferenceError'],
    ['null.x', 'TypeError'],
  ] as const)('%s throws a %s of the engine', async ([source, name]) => {
    await expect(enter(source)).rejects.toMatchObject({ name })
  })

  test('a loop that never ends is stopped, and says so', async () => {
    await expect(enter('while (true);')).rejects.toThrow('a loop ran for 3 s')
  })

  test('a file has no value', async () => {
    expect(await evaluate('1 + 1', false, {})).toBeUndefined()
  })

  test('sees what it is given', async () => {
    expect(await evaluate('$_ + 1', true, { $_: 41 })).toEqual({ value: 42 })
  })
})

describe('describe()', () => {
  test.for([
    ['a', 'a'],
    [-0, '-0'],
    [10n, '10n'],
    [null, 'null'],
    [undefined, 'undefined'],
    [[1, 'x', [2]], "(3) [1, 'x', Array(1)]"],
    [{ a: 1, b: { c: 2 } }, '{a: 1, b: {…}}'],
    [{ 1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 6 }, '{1: 1, 2: 2, 3: 3, 4: 4, 5: 5, …}'],
    [new Map([['k', 1]]), "Map(1) {'k': 1}"],
    [new Set([1]), 'Set(1) {1}'],
    [new Uint8Array([1, 2]), 'Uint8Array(2) [1, 2]'],
    [new (class Shop {})(), 'Shop {}'],
    [new Headers({ 'x-a': '1' }), "Headers {x-a: '1'}"],
    [Math.max, 'ƒ max() { [native code] }'],
    [Symbol('s'), 'Symbol(s)'],
  ] as const)('%# is shown as expected', ([value, text]) => {
    expect(describeValue(value).text).toBe(text)
  })

  test('a circle ends, a long list is cut, a getter is left alone', () => {
    const circle: Record<string, unknown> = {}
    circle['self'] = circle
    expect(describeValue(circle).entries).toEqual([['self', { kind: 'object', text: '[Circular]' }]])
    expect(describeValue(Array.from({ length: 150 }, (_, index) => index)).entries?.at(-1)).toEqual([
      '…',
      { kind: 'nothing', text: '50 more' },
    ])
    const trap = Object.defineProperty({}, 'x', { enumerable: true, get: () => expect.fail('was called') })
    expect(describeValue(trap).entries).toEqual([['x', { kind: 'string', text: "'(…)'" }]])
  })

  test('a response opens to what can be read of it', () => {
    const { text, entries } = describeValue(new Response('x', { status: 201 }))
    expect(text).toMatch(/^Response \{/)
    expect(entries?.map(([name]) => name)).toEqual(expect.arrayContaining(['status', 'ok', 'headers', 'type', 'url']))
  })

  test('an error keeps its stack', () => {
    expect(describeValue(new TypeError('no')).text).toMatch(/^TypeError: no\n\s+at /)
  })
})
