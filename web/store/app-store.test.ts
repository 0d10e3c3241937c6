import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Exchange, RequestGroup, RunDocument } from '../../engine/protocol'
import { createAppStore } from './app-store'
import { isFixedFile } from './editor'
import type { TextStorage } from './keep'
import { changedSince, orderFiles, refuseFileName, type Place } from './places'
import type { EngineNotice, EnginePort, EngineStatus, Program } from './seam'
import { standingPage } from './standing-page'

const recorded = JSON.parse(
  readFileSync(new URL('../../lessons/sample/recorded.json', import.meta.url), 'utf8'),
) as RunDocument

const sample: Place = {
  id: 'sample',
  title: 'Sample',
  chapter: null,
  minutes: null,
  start: { 'main.py': 'app = 1\n', 'requests.http': 'GET /a\n\n###\nGET /b\n' },
  solution: null,
  checks: null,
}
const lesson: Place = {
  ...sample,
  id: '01/01',
  title: 'Lesson',
  chapter: 'Chapter',
  solution: { 'main.py': 'app = 2\n', 'requests.http': 'GET /a\n' },
  checks: 'def check_it(run): ...',
}

/** An engine that answers with a document when it is told to: the seam's other side, in the test's hand. */
class ScriptedEngine implements EnginePort {
  status: EngineStatus = { kind: 'off' }
  lane = { kind: 'direct' as const }
  readonly versions = [
    { fastapi: '0.165.0', starlette: '1.10.0', why: '' },
    { fastapi: '0.100.1', starlette: '0.27.0', why: '' },
  ]
  version = this.versions[0] as EnginePort['version']
  readonly asked: { what: string; program: Program; groups: readonly RequestGroup[] }[] = []
  readonly #listeners = new Set<(notice: EngineNotice) => void>()
  answer: (signal?: AbortSignal) => Promise<RunDocument> = async () => recorded
  checks: EnginePort['check'] = async () => [{ id: 'check_it', says: 'It holds.', holds: true, reason: null }]
  isDisposed = false
  page = ''

  subscribe(listener: (notice: EngineNotice) => void) {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
  tell(notice: EngineNotice) {
    if (notice.kind === 'status') this.status = notice.status
    for (const listener of this.#listeners) listener(notice)
  }
  use(fastapi: string) {
    this.version = this.versions.find((pair) => pair.fastapi === fastapi) ?? this.version
    this.boot()
  }
  boot() {
    this.tell({ kind: 'status', status: { kind: 'ready' } })
  }
  run(program: Program, groups: readonly RequestGroup[], options?: { signal?: AbortSignal }) {
    this.asked.push({ what: 'run', program, groups })
    return this.answer(options?.signal)
  }
  send(program: Program, group: RequestGroup) {
    this.asked.push({ what: 'send', program, groups: [group] })
    return this.answer()
  }
  readonly branches = []
  readonly lines = []
  branch() {
    return this.answer()
  }
  start(program: Program) {
    this.asked.push({ what: 'start', program, groups: [] })
    return this.answer()
  }
  orders(): never {
    throw new Error('nobody tries orders here')
  }
  fetch(): never {
    throw new Error('nobody fetches here')
  }
  socket(): never {
    throw new Error('nobody talks here')
  }
  edited: Parameters<EnginePort['editBrowser']>[] = []
  editBrowser(...args: Parameters<EnginePort['editBrowser']>) {
    this.edited.push(args)
    return this.answer()
  }
  check(...args: Parameters<EnginePort['check']>) {
    return this.checks(...args)
  }
  dispose() {
    this.isDisposed = true
  }
}

class MemoryStorage implements TextStorage {
  readonly texts = new Map<string, string>()
  refuse: Error | null = null
  getItem(name: string) {
    return this.texts.get(name) ?? null
  }
  setItem(name: string, text: string) {
    if (this.refuse) throw this.refuse
    this.texts.set(name, text)
  }
  removeItem(name: string) {
    this.texts.delete(name)
  }
}

function open(
  storage: TextStorage | (() => TextStorage) = new MemoryStorage(),
  own: TextStorage = new MemoryStorage(),
) {
  const engine = new ScriptedEngine()
  const store = createAppStore(
    {
      catalog: {
        first: sample,
        list: [sample, lesson],
        load: async (id) => {
          if (id !== lesson.id) throw new Error(`no ${id}`)
          return lesson
        },
      },
      createEngine: async (fastapi) => {
        if (fastapi !== null) engine.use(fastapi)
        return engine
      },
      loadRecorded: async () => recorded,
      loadRealms: () => Promise.reject(new Error('no frames here')),
    },
    { shared: typeof storage === 'function' ? storage : () => storage, own: () => own },
  )
  return { engine, store, get: store.getState }
}

const withError = (document: RunDocument): RunDocument => ({
  ...document,
  exchanges: [],
  fetches: [],
  events: [],
  error: {
    phase: 'load',
    type: 'SyntaxError',
    message: "'(' was never closed",
    file: 'main.py',
    line: 3,
    text: 'This bracket is never closed.',
  },
})

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('what was typed', () => {
  test('survives a reload, for every place by itself', async () => {
    const storage = new MemoryStorage()
    const before = open(storage)
    before.get().edit('main.py', 'app = 3\n')
    await before.get().openPlace(lesson.id)
    before.get().edit('main.py', 'app = 4\n')
    expect(before.get().addFile('limits.py')).toBeNull()
    before.store.flush()

    const after = open(storage)
    expect(after.get().files['main.py']).toBe('app = 3\n')
    expect(after.get().placeId).toBe(lesson.id)
    await after.get().openPlace(after.get().placeId)
    expect(after.get().files).toEqual({
      'main.py': 'app = 4\n',
      'requests.http': sample.start['requests.http'],
      'limits.py': '',
    })
  })

  test('is written a little later, and at once when the page goes', () => {
    const storage = new MemoryStorage()
    const { get, store } = open(storage)
    get().edit('main.py', 'a')
    expect(storage.texts.get('peel') ?? '').not.toContain('"a"')
    vi.advanceTimersByTime(400)
    expect(storage.texts.get('peel')).toContain('"main.py":"a"')
    get().edit('main.py', 'ab')
    store.flush()
    expect(storage.texts.get('peel')).toContain('"main.py":"ab"')
  })

  test('takes no room where it is the same as in the beginning', () => {
    const { get } = open()
    get().edit('main.py', 'x')
    get().edit('main.py', sample.start['main.py'] ?? '')
    expect(get().works).toEqual({})
  })

  test('can be taken back after the solution was shown or everything was reset', async () => {
    const { get } = open()
    await get().openPlace(lesson.id)
    get().edit('main.py', 'mine')
    get().loadSolution()
    expect(get().files['main.py']).toBe('app = 2\n')
    get().takeBack()
    expect(get().files['main.py']).toBe('mine')
    get().resetFiles()
    expect(get().files['main.py']).toBe('app = 1\n')
    get().takeBack()
    expect(get().files['main.py']).toBe('mine')
  })

  test.for([
    ['full', Object.assign(new Error('full'), { name: 'QuotaExceededError' })],
    ['refused', new Error('no')],
  ] as const)('a storage that is %s is said, not thrown, and said no more when it works again', ([kind, refuse]) => {
    const storage = new MemoryStorage()
    const { get } = open(storage)
    storage.refuse = refuse
    get().edit('main.py', 'a')
    vi.advanceTimersByTime(400)
    expect(get().saving.kind).toBe(kind)
    storage.refuse = null
    get().edit('main.py', 'b')
    vi.advanceTimersByTime(400)
    expect(get().saving.kind).toBe('ok')
  })

  test('a window without any storage works, and says so', () => {
    const { get } = open(() => {
      throw new Error('SecurityError')
    })
    expect(get().saving.kind).toBe('refused')
    get().edit('main.py', 'a')
    expect(get().files['main.py']).toBe('a')
  })

  describe('in two tabs', () => {
    const text = (tab: ReturnType<typeof open>) => tab.get().files['main.py']
    const save = (tab: ReturnType<typeof open>) => tab.store.flush()

    test('of different places is kept from both, and so is how far each has come', async () => {
      const storage = new MemoryStorage()
      const [a, b] = [open(storage), open(storage)]
      a.get().edit('main.py', 'by a')
      save(a)
      await b.get().openPlace(lesson.id)
      b.get().edit('main.py', 'by b')
      b.get().answer(lesson.id, 'q', 1)
      save(b)
      a.get().answer('sample', 'q', 2)
      save(a)
      const next = open(storage)
      expect(next.get().works).toMatchObject({ sample: { 'main.py': 'by a' }, [lesson.id]: { 'main.py': 'by b' } })
      expect(Object.keys(next.get().progress).toSorted()).toEqual([lesson.id, 'sample'])
      expect([a.get().hasRival, b.get().hasRival]).toEqual([false, false])
    })

    test('of the same place is kept twice: each tab has its own again, a new one the last, with the other at hand', () => {
      const storage = new MemoryStorage()
      const [ownOfA, ownOfB] = [new MemoryStorage(), new MemoryStorage()]
      const [a, b] = [open(storage, ownOfA), open(storage, ownOfB)]
      a.get().edit('main.py', 'by a')
      save(a)
      b.get().edit('main.py', 'by b')
      save(b)
      expect(b.get().hasRival).toBe(true)
      expect(text(b)).toBe('by b')

      expect([text(open(storage, ownOfA)), text(open(storage, ownOfB))]).toEqual(['by a', 'by b'])
      const next = open(storage)
      expect(text(next)).toBe('by b')
      next.get().takeBack()
      expect(text(next)).toBe('by a')
      next.get().takeBack()
      expect(text(next)).toBe('by b')
    })

    test('of the same place outlives many turns, and a tab that was only looked at finds the newest', () => {
      const storage = new MemoryStorage()
      const ownOfIdle = new MemoryStorage()
      const idle = open(storage, ownOfIdle)
      const [a, b] = [open(storage), open(storage)]
      for (const turn of [1, 2, 3]) {
        a.get().edit('main.py', `by a, ${turn}`)
        save(a)
        b.get().edit('main.py', `by b, ${turn}`)
        save(b)
      }
      idle.get().showPane('code')
      idle.get().setTheme('dark')
      save(idle)
      const again = open(storage, ownOfIdle)
      expect([text(again), again.get().shelf['sample']?.['main.py']]).toEqual(['by b, 3', 'by a, 3'])
    })

    test('what one resets is reset, and the other keeps its own', () => {
      const storage = new MemoryStorage()
      const first = open(storage)
      first.get().edit('main.py', 'mine')
      save(first)
      const [a, b] = [open(storage), open(storage)]
      a.get().resetFiles()
      save(a)
      expect(open(storage).get().works).toEqual({})
      b.get().edit('main.py', 'mine and more')
      save(b)
      expect(text(open(storage))).toBe('mine and more')
    })
  })

  test('unreadable or foreign storage is put aside, not lost', () => {
    const storage = new MemoryStorage()
    storage.texts.set('peel', '{"state":{"works":{"sample":{"main.py"')
    const { get } = open(storage)
    expect(get().files).toEqual(sample.start)
    expect(storage.texts.get('peel.unread')).toContain('"works"')
  })

  test('kept data of the wrong shape is left out', () => {
    const storage = new MemoryStorage()
    const own = new MemoryStorage()
    own.texts.set('peel', '{"placeId":[],"works":{"sample":3}}')
    const state = {
      works: { sample: { 'main.py': 7 }, ok: { 'main.py': 'x' } },
      theme: 'pink',
      progress: [],
      placeId: 4,
    }
    storage.texts.set('peel', JSON.stringify({ state, version: 1 }))
    const { get } = open(storage, own)
    expect(get()).toMatchObject({
      files: sample.start,
      works: { ok: { 'main.py': 'x' } },
      theme: 'system',
      progress: {},
    })
    expect(get().placeId).toBe('sample')
  })

  test('moving the cursor writes nothing', () => {
    const storage = new MemoryStorage()
    const { get, store } = open(storage)
    get().edit('main.py', 'a')
    store.flush()
    const write = vi.spyOn(storage, 'setItem')
    get().seek(3)
    get().chooseExchange(1)
    vi.advanceTimersByTime(1000)
    expect(write).not.toHaveBeenCalled()
  })
})

describe('files', () => {
  test('are added, renamed and deleted; main.py and requests.http stay', () => {
    const { get } = open()
    expect(get().addFile('a.py')).toBeNull()
    expect(get().activeFile).toBe('a.py')
    get().edit('a.py', 'x = 1')
    expect(get().renameFile('a.py', 'b.py')).toBeNull()
    expect(get().files['b.py']).toBe('x = 1')
    expect(get().files['a.py']).toBeUndefined()
    expect(get().renameFile('main.py', 'c.py')).toBeNull()
    get().deleteFile('main.py')
    get().deleteFile('requests.http')
    get().deleteFile('b.py')
    expect(orderFiles(Object.keys(get().files))).toEqual(['main.py', 'requests.http'])
    expect(get().activeFile).toBe('main.py')
    expect(isFixedFile('b.py')).toBe(false)
  })

  test.for([
    ['a.py', null],
    ['pkg/__init__.py', null],
    ['data.json', null],
    ['', 'Give the file a name'],
    ['main.py', 'There is a main.py already'],
    ['../x.py', 'Use letters'],
    ['/x.py', 'Use letters'],
    ['a b.py', 'Use letters'],
    ['two-words.py', 'Python can only import'],
    ['1.py', 'Python can only import'],
    ['a.exe', 'End it with'],
    ['more.http', 'Requests live in'],
  ] as const)('the name %j is judged', ([name, why]) => {
    const refusal = refuseFileName(name, ['main.py'])
    if (why === null) expect(refusal).toBeNull()
    else expect(refusal).toContain(why)
  })

  test('changed requests are told apart from changed code', () => {
    const { start } = sample
    expect(changedSince(start, start)).toBeNull()
    expect(changedSince(start, { ...start, 'requests.http': 'GET /c' })).toBe('requests')
    expect(changedSince(start, { ...start, 'main.py': '' })).toBe('code')
    expect(changedSince(start, { ...start, 'a.py': '' })).toBe('code')
  })
})

describe('requests', () => {
  test('form and file hold the same thing', () => {
    const { get } = open()
    const request = { title: '', settings: [], method: 'POST', target: '/new', headers: [], body: 'x' }
    expect(get().changeRequest(1, request)).toBeNull()
    expect(get().files['requests.http']).toBe('GET /a\n\n###\nPOST /new\n\nx\n')
    expect(get().changeRequest(1, { ...request, target: '/a b' })).toContain('space')
    expect(get().files['requests.http']).toContain('POST /new')
    get().addRequest()
    expect(get().formIndex).toBe(2)
    get().deleteRequest(2)
    get().deleteRequest(1)
    get().deleteRequest(0)
    expect(get().files['requests.http']?.trim()).toBe('GET /a')
  })
})

describe('many requests at once', () => {
  test('are all changed, or the first reason is given', () => {
    const { get } = open()
    const paged = (url: string) => get().changeRequests((text) => ({ ...text, settings: [['page', url]] }))
    expect(paged('https://a.test')).toBeNull()
    expect(get().files['requests.http']?.match(/# @page https:\/\/a\.test/g)).toHaveLength(2)
    expect(get().changeRequests((text) => ({ ...text, method: 'G T' }))).toContain('method')
  })

  test('are appended as they were pasted, and the form shows the last', () => {
    const { get } = open()
    expect(get().appendRequests('POST /pasted\n')).toBeNull()
    expect(get().files['requests.http']).toBe('GET /a\n\n###\nGET /b\n\n###\nPOST /pasted\n')
    expect(get().formIndex).toBe(2)
    expect(get().appendRequests('GET {{nobody}}\n')).toContain('nobody')
    expect(get().files['requests.http']).not.toContain('nobody')
  })
})

describe('the browser of a session', () => {
  test('is fresh with each Run, and the same for a Send', async () => {
    const { engine, get } = open()
    const browsers = () => engine.asked.map(({ program }) => program.browser)
    get().setThirdPartyCookies(true)
    await get().run()
    engine.tell({ kind: 'server', state: 'running' })
    expect(browsers()).toEqual([
      expect.objectContaining({ cookies: [], preflights: [], settings: { thirdPartyCookies: true } }),
    ])
    get().setThirdPartyCookies(false)
    await get().send(0)
    expect(engine.edited[0]?.[0].settings).toEqual({ thirdPartyCookies: false })
    expect(browsers()[1]).toBe(browsers()[0])
    await get().run()
    expect(browsers()[2]).toBeUndefined()
  })

  test('goes on from Run to Run where that is wished, and is kept as a wish', async () => {
    const storage = new MemoryStorage()
    const { engine, get, store } = open(storage)
    get().setKeepsBrowser(true)
    await get().run()
    await get().run()
    expect(engine.asked.map(({ program }) => program.browser)).toEqual([undefined, recorded.browser])
    store.flush()
    expect(open(storage).get().keepsBrowser).toBe(true)
  })

  test('is changed by hand without moving what is in view, or says why not', async () => {
    const { engine, get } = open()
    await get().run()
    get().chooseExchange(1)
    const { browser } = recorded
    if (!browser) throw new Error('the recording has no browser')
    const changed = { ...recorded, browser: { ...browser, cookies: [] } }
    engine.answer = async () => changed
    await get().editBrowser(changed.browser, 'The jar is emptied.')
    expect(get()).toMatchObject({
      latest: changed,
      shown: { document: changed },
      exchangeIndex: 1,
      browserTrouble: null,
    })
    engine.answer = async () => {
      throw new RangeError('No server runs.')
    }
    await get().editBrowser(browser, 'again')
    expect(get()).toMatchObject({ latest: changed, browserTrouble: 'No server runs.' })
  })
})

describe('the page that all stand on', () => {
  const onPages = (...pages: string[]) => pages.map((page) => `###\n${page}GET /a\n`).join('\n')
  const SHOP = '# @page https://shop.test\n'
  const OTHER = '# @page https://other.test\n# @sandbox\n'

  test('is the one of the request in the form, else the first that the file names', async () => {
    const { engine, get } = open()
    await get().reachEngine()
    const seen = () => standingPage(get())
    expect(seen()).toEqual({ url: 'https://app.shop.test/', sandboxed: false })
    expect(engine.page).toBe('https://app.shop.test/')
    get().edit('requests.http', onPages('', SHOP, OTHER))
    expect(seen()).toEqual({ url: 'https://shop.test/', sandboxed: false })
    await vi.waitFor(() => expect(engine.page).toBe('https://shop.test/'))
    get().chooseRequest(2)
    expect(seen()).toEqual({ url: 'https://other.test/', sandboxed: true })
    await vi.waitFor(() => expect(engine.page).toBe('https://other.test/'))
  })

  test('is another where the console was put on one, until it follows again', async () => {
    const { engine, get } = open()
    await get().reachEngine()
    get().edit('requests.http', onPages(SHOP))
    get().standOn({ url: 'http://localhost:3000/', sandboxed: false })
    get().edit('requests.http', onPages(OTHER))
    await vi.waitFor(() => expect(engine.page).toBe('http://localhost:3000/'))
    get().standOn(null)
    await vi.waitFor(() => expect(engine.page).toBe('https://other.test/'))
  })
})

describe('runs', () => {
  test('the first Run shows the request and not its preflight; a Run after a choice stays there', async () => {
    const preflight = recorded.exchanges.findIndex(({ role }) => role === 'preflight')
    const fetch = recorded.exchanges[preflight]?.fetch
    const view = recorded.fetches?.[fetch ?? -1]
    if (!view) throw new Error('the recording has no preflight')
    // The recording with that fetch alone.
    const exchanges = view.exchanges.map((index) => ({ ...recorded.exchanges[index], fetch: 0 }) as Exchange)
    const alone: RunDocument = { ...recorded, exchanges, fetches: [{ ...view, exchanges: [0, 1] }] }
    const { engine, get } = open()
    engine.answer = async () => alone
    await get().run()
    expect([exchanges[0]?.role, get().exchangeIndex]).toEqual(['preflight', 1])
    get().chooseExchange(0)
    await get().run()
    expect(get().exchangeIndex).toBe(0)

    const unsent: RunDocument = { ...recorded, fetches: [{ ...view, exchanges: [] }], exchanges: [] }
    engine.answer = async () => unsent
    await get().openPlace(lesson.id)
    await get().run()
    expect(get()).toMatchObject({ exchangeIndex: 0, unsentFetch: 0 })
  })

  test('Run sends every request and shows what came; requests are no part of the program', async () => {
    const { engine, get } = open()
    await get().run()
    expect(engine.asked).toHaveLength(1)
    expect(engine.asked[0]?.program).toEqual({ files: { 'main.py': 'app = 1\n' }, entry: 'main.py', app: null })
    expect(engine.asked[0]?.groups.map((group) => group.requests[0]?.url)).toEqual([
      'http://localhost:8000/a',
      'http://localhost:8000/b',
    ])
    expect(get()).toMatchObject({ phase: 'idle', trouble: null, exchangeIndex: 0, cursor: null })
    expect(get().shown).toMatchObject({ document: recorded, source: 'live' })
  })

  test('Send sends one request and shows the last exchange', async () => {
    const { engine, get } = open()
    await get().send(1)
    expect(engine.asked[0]).toMatchObject({ what: 'send' })
    expect(engine.asked[0]?.groups.map((group) => group.requests[0]?.url)).toEqual(['http://localhost:8000/b'])
    expect(get().exchangeIndex).toBe(recorded.exchanges.length - 1)
  })

  test('a program that cannot be loaded keeps the run from before on screen', async () => {
    const { engine, get } = open()
    await get().run()
    engine.answer = async () => withError(recorded)
    await get().run()
    expect(get().shown?.document).toBe(recorded)
    expect(get().trouble).toMatchObject({ kind: 'program', error: { line: 3 } })
    expect(get().latest?.error).not.toBeNull()
    engine.answer = async () => recorded
    await get().run()
    expect(get().trouble).toBeNull()
  })

  test('unreadable requests are said with their line, and the engine is not asked', async () => {
    const { engine, get } = open()
    get().edit('requests.http', 'GET /\n\n###\nno request')
    await get().run()
    expect(get().trouble).toMatchObject({ kind: 'requests', line: 4 })
    expect(engine.asked).toEqual([])
  })

  test('a second press gives the first one up, whose outcome is not looked at', async () => {
    const { engine, get } = open()
    let signal: AbortSignal | undefined
    let end: (document: RunDocument) => void = () => undefined
    engine.answer = (given) => {
      signal = given
      return new Promise((resolve) => (end = resolve))
    }
    const first = get().run()
    await vi.waitFor(() => expect(signal).toBeDefined())
    engine.answer = async () => recorded
    await get().run()
    expect(signal?.aborted).toBe(true)
    end(withError(recorded))
    await first
    expect(get().trouble).toBeNull()
    expect(get().shown?.document).toBe(recorded)
  })

  test("the engine's own failures are told from a learner's mistakes", async () => {
    const { engine, get } = open()
    engine.answer = () => Promise.reject(Object.assign(new Error('The worker died.'), { kind: 'died' }))
    await get().run()
    expect(get()).toMatchObject({
      phase: 'idle',
      trouble: { kind: 'engine', problem: 'died', message: 'The worker died.' },
    })
  })

  test('a recording never takes the place of a live run', async () => {
    const { get } = open()
    await get().run()
    get().showRecorded({ ...recorded, stop: null }, sample.start)
    expect(get().shown?.source).toBe('live')
  })

  test('a run that ends after another place was opened is not shown there', async () => {
    const { engine, get } = open()
    let end: (document: RunDocument) => void = () => undefined
    engine.answer = () => new Promise((resolve) => (end = resolve))
    const running = get().run()
    await vi.waitFor(() => expect(engine.asked).toHaveLength(1))
    await get().openPlace(lesson.id)
    end(recorded)
    await running
    expect(get().shown).toBeNull()
    expect(get().phase).toBe('idle')
  })
})

describe('lessons', () => {
  test('checks run after a run, and progress is kept when all hold', async () => {
    const { get } = open()
    await get().openPlace(lesson.id)
    await get().run()
    expect(get().checks).toMatchObject({ kind: 'done', results: [{ holds: true }] })
    expect(get().progress[lesson.id]?.isDone).toBe(true)
    get().answer(lesson.id, 'q1', 2)
    expect(get().progress[lesson.id]).toEqual({ isDone: true, answers: { q1: 2 } })
  })

  test('checks that cannot run say why', async () => {
    const { engine, get } = open()
    await get().openPlace(lesson.id)
    engine.checks = () => Promise.reject(new Error('line 1 is odd'))
    await get().run()
    expect(get().checks).toEqual({ kind: 'failed', message: 'line 1 is odd' })
  })

  test('a place that cannot be opened leaves the open one as it is', async () => {
    const { get } = open()
    await get().openPlace('nowhere')
    expect(get().opening).toMatchObject({ kind: 'failed', id: 'nowhere' })
    expect(get().place).toBe(sample)
  })

  test('the sample is shown with its recorded run', async () => {
    const { get } = open()
    await get().openPlace('sample')
    expect(get().shown).toMatchObject({ source: 'recorded', document: recorded })
  })
})

describe('the engine', () => {
  test('is made when it is first needed, and its words are passed on', async () => {
    const { engine, get } = open()
    expect(get().engineStatus.kind).toBe('off')
    get().bootEngine()
    await vi.waitFor(() => expect(get().engineStatus.kind).toBe('ready'))
    expect(get().lane.kind).toBe('direct')
    engine.tell({ kind: 'status', status: { kind: 'booting', step: 'python', text: 'restoring' } })
    engine.tell({ kind: 'server', state: 'reloading' })
    expect(get().bootTexts.python).toBe('restoring')
    expect(get().server).toBe('reloading')
  })

  test('runs another version when one is chosen, also when it is started again', async () => {
    const { get, engine } = open()
    get().bootEngine()
    await vi.waitFor(() => expect(get().fastapi).toBe('0.165.0'))
    expect(get().versions.map(({ fastapi }) => fastapi)).toEqual(['0.165.0', '0.100.1'])
    get().chooseVersion('0.100.1')
    await vi.waitFor(() => expect(engine.version.fastapi).toBe('0.100.1'))
    engine.tell({ kind: 'status', status: { kind: 'failed', message: 'no room' } })
    engine.version = engine.versions[0] as EnginePort['version']
    get().bootEngine()
    await vi.waitFor(() => expect(engine.version.fastapi).toBe('0.100.1'))
    expect(get().fastapi).toBe('0.100.1')
  })

  test('can be started again after it failed', async () => {
    const { engine, get } = open()
    engine.boot = () => engine.tell({ kind: 'status', status: { kind: 'failed', message: 'no room' } })
    get().bootEngine()
    await vi.waitFor(() => expect(get().engineStatus.kind).toBe('failed'))
    engine.boot = () => engine.tell({ kind: 'status', status: { kind: 'ready' } })
    get().bootEngine()
    await vi.waitFor(() => expect(get().engineStatus.kind).toBe('ready'))
    expect(engine.isDisposed).toBe(true)
  })
})
