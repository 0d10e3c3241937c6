// "Show me" and the checks on the store as the page has it, over the real engine under Node.
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { NEWEST } from '../../engine/assets/versions'
import { spawnNodeWorker } from '../../engine/cli/spawn'
import { EngineHost, Session } from '../../engine/host'
import type { Lesson } from '../../engine/lesson'
import { loadLessons } from '../../engine/lesson/node'
import { viewExchange } from '../../engine/trace'
import { placeOfQuestion } from '../lesson/places'
import { createAppStore, REQUESTS, type EnginePort, type Place } from '.'

const host = new EngineHost(spawnNodeWorker(), { spare: false })
afterAll(() => host.dispose())

const engine: EnginePort = {
  status: { kind: 'ready' },
  lane: { kind: 'direct' },
  versions: [NEWEST],
  version: NEWEST,
  use: () => undefined,
  subscribe: () => () => undefined,
  orders: () => Promise.reject(new Error('nobody tries orders here')),
  boot: () => undefined,
  page: '',
  run: async (program, groups) => {
    const session = new Session(host, program)
    await session.open()
    for (const group of groups) await session.send(group)
    return session.document
  },
  send: () => Promise.reject(new Error('nobody sends here')),
  branch: () => Promise.reject(new Error('nobody goes back here')),
  branches: [],
  lines: [],
  start: () => Promise.reject(new Error('nobody starts here')),
  fetch: () => Promise.reject(new Error('nobody fetches here')),
  socket: () => Promise.reject(new Error('nobody talks here')),
  editBrowser: () => Promise.reject(new Error('nobody edits here')),
  check: (source, file, run) => host.call('check', { source, file, document: JSON.stringify(run) }, { wallMs: 10_000 }),
  dispose: () => undefined,
}

const lessons = loadLessons(fileURLToPath(new URL('../../lessons', import.meta.url)))

function placeOf(lesson: Lesson): Place {
  return {
    id: lesson.folder,
    title: lesson.title,
    chapter: lesson.chapter.title,
    minutes: lesson.minutes,
    start: { ...lesson.start, [REQUESTS]: lesson.httpText },
    solution: { ...lesson.solution, [REQUESTS]: lesson.httpText },
    checks: lesson.checksSource,
  }
}

function storeAt(place: Place) {
  const storage = { getItem: () => null, setItem: () => undefined, removeItem: () => undefined }
  const store = createAppStore(
    {
      catalog: { list: [], first: place, load: () => Promise.reject(new Error('no other place')) },
      createEngine: () => Promise.resolve(engine),
      loadRecorded: () => Promise.resolve(null),
      loadRealms: () => Promise.reject(new Error('no frames here')),
    },
    { shared: () => storage, own: () => storage },
  )
  return store
}

const BOOT_MS = 60_000

describe('showMe()', () => {
  const questions = lessons.flatMap((lesson) => lesson.questions.map((question) => ({ lesson, question })))

  test.for(questions.map((one) => [one.question.id, one] as const))(
    'stands at the step that %s points at',
    { timeout: BOOT_MS },
    async ([, { lesson, question }]) => {
      const store = storeAt(placeOf(lesson))
      await store.getState().showMe(placeOfQuestion(lesson, question), question.show)
      const { shown, cursor, exchangeIndex, pane, showing } = store.getState()
      if (!shown || cursor === null) throw new Error('nothing is shown')
      const view = viewExchange(shown.document, exchangeIndex)
      const step = view.steps[cursor]
      expect(exchangeIndex).toBe(question.show.exchange)
      expect(view.rings[step?.ring ?? -1]?.name).toBe(question.show.layer)
      expect([pane, showing]).toEqual(['onion', null])
    },
  )

  test('runs the program as it was written, and puts what was typed on the shelf', { timeout: BOOT_MS }, async () => {
    const [one] = questions
    if (!one) throw new Error('no question')
    const place = placeOfQuestion(one.lesson, one.question)
    const store = storeAt(placeOf(one.lesson))
    store.getState().openProgram(place)
    store.getState().edit('main.py', 'app = None\n')
    await store.getState().showMe(place, one.question.show)
    const { shown, files, shelf } = store.getState()
    expect(shown?.document.exchanges[0]?.response?.status).toBe(200)
    expect(files['main.py']).toBe(place.start['main.py'])
    expect(shelf[place.id]?.['main.py']).toBe('app = None\n')
  })

  test('leaves the lesson’s own program as the learner had it', { timeout: BOOT_MS }, async () => {
    const [one] = questions
    if (!one) throw new Error('no question')
    const store = storeAt(placeOf(one.lesson))
    store.getState().edit('main.py', '# mine\n')
    await store.getState().showMe(placeOfQuestion(one.lesson, one.question), one.question.show)
    store.getState().openProgram(placeOf(one.lesson))
    expect(store.getState().files['main.py']).toBe('# mine\n')
  })
})

describe('checks of a lesson', () => {
  test('are not all met at the start, and make the lesson done when solved', { timeout: BOOT_MS }, async () => {
    const [lesson] = lessons
    if (!lesson) throw new Error('no lesson')
    const store = storeAt(placeOf(lesson))
    await store.getState().run()
    const first = store.getState().checks
    expect(first.kind === 'done' && first.results.some((result) => !result.holds)).toBe(true)
    expect(store.getState().progress[lesson.folder]?.isDone ?? false).toBe(false)
    store.getState().loadSolution()
    await store.getState().run()
    const second = store.getState().checks
    expect(second.kind === 'done' && second.results.every((result) => result.holds)).toBe(true)
    expect(store.getState().progress[lesson.folder]?.isDone).toBe(true)
  })
})
