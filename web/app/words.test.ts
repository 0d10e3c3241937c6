import { describe, expect, test } from 'vitest'
import type { EngineStatus, Trouble } from '../store'
import {
  bootNumber,
  byteWords,
  engineWords,
  laneNow,
  lineWords,
  savingWords,
  staleWords,
  statusTone,
  stopMessage,
  timeWords,
  troubleMessage,
  versionWords,
  withStop,
} from './words'

const statuses: readonly (readonly [EngineStatus, string])[] = [
  [{ kind: 'off' }, 'engine is off'],
  [{ kind: 'booting', step: 'framework', text: '' }, 'starting, 3 of 4'],
  [{ kind: 'booting', step: 'ready', text: '' }, 'starting, 4 of 4'],
  [{ kind: 'ready' }, 'ready'],
  [{ kind: 'running' }, 'running'],
  [{ kind: 'failed', message: 'no' }, 'did not start'],
]

test.for(statuses)('the engine says %j', ([status, text]) => {
  expect(engineWords(status).text).toBe(text)
  // The contract: the word "ready" only when a Run would start at once.
  expect(/\bready\b/.test(text)).toBe(status.kind === 'ready')
})

test('without an engine the lane is the recorded one', () => {
  const lane = { kind: 'service worker' } as const
  expect(statuses.map(([status]) => laneNow(status, lane).kind)).toEqual([
    ...['recorded', 'recorded', 'recorded'],
    ...['service worker', 'service worker', 'recorded'],
  ])
  expect(bootNumber('files')).toBe(1)
})

describe('troubleMessage()', () => {
  const error = {
    phase: 'load',
    type: 'SyntaxError',
    message: "'(' was never closed",
    file: 'main.py',
    line: 15,
    text: 'This bracket is never closed.',
  } as const
  const table: readonly (readonly [Trouble, boolean, RegExp, string | null])[] = [
    [
      { kind: 'program', error },
      true,
      /^The file cannot be read yet, so the run above is the one from before\.$/,
      'line 15',
    ],
    [{ kind: 'program', error }, false, /^The file cannot be read yet\.$/, 'line 15'],
    [
      { kind: 'program', error: { ...error, type: 'NameError', text: 'x is not there.' } },
      true,
      /^The app could not be loaded\. x is not there\. The run above/,
      'line 15',
    ],
    [
      { kind: 'program', error: { ...error, type: 'OSError', phase: 'lifespan', file: null } },
      false,
      /^The app did not start\. /,
      null,
    ],
    [
      { kind: 'requests', line: 3, why: 'no header.' },
      false,
      /^requests\.http cannot be read\. Line 3: no header\.$/,
      'requests.http, line 3',
    ],
    [{ kind: 'engine', problem: 'died', message: 'Gone' }, false, /^The run did not work\. Gone\.$/, null],
    [
      { kind: 'engine', problem: 'timeout', message: 'Gone.' },
      false,
      /^The run took too long and was ended\. Gone\.$/,
      null,
    ],
  ]
  test.for(table)('%j', ([trouble, hasOld, words, place]) => {
    const message = troubleMessage(trouble, hasOld)
    expect(`${message.lead} ${message.text}`.trim()).toMatch(words)
    expect(message.place && lineWords(message.place)).toBe(place)
  })

  test('a stop leads with its first sentence', () => {
    const stop = {
      reason: 'lines',
      text: 'Stopped in timing. It never ends.',
      file: null,
      line: 15,
      waiting: [],
    } as const
    expect(stopMessage(stop)).toEqual({
      tone: 'bad',
      lead: 'Stopped in timing.',
      text: 'It never ends.',
      place: { file: 'main.py', line: 15 },
    })
  })
})

test('a status is coloured by who has to do something', () => {
  expect([200, 204, 301, 304, 400, 499, 500, null].map(statusTone)).toEqual([
    ...['ok', 'ok', 'ok', 'ok', 'short', 'short', 'bad', 'bad'],
  ])
})

test('sizes and times are short and exact where they are small', () => {
  expect([0, 1, 41, 9999, 12_345, 2_500_000].map(byteWords)).toEqual([
    ...['0 bytes', '1 byte', '41 bytes', '9999 bytes', '12.3 kB', '2.5 MB'],
  ])
  expect([0, 120.44, 999.9, 2500, 61_000].map(timeWords)).toEqual([
    '0.0 ms',
    '120.4 ms',
    '999.9 ms',
    '2.50 s',
    '61.0 s',
  ])
  expect(versionWords({ fastapi: '0.165.0', starlette: '1.10.2' })).toBe('FastAPI 0.165, Starlette 1.10')
})

test('what cannot be kept, and what is old, is said', () => {
  expect(savingWords({ kind: 'ok' })).toBeNull()
  expect(savingWords({ kind: 'full' })).toMatch(/no room/)
  expect(savingWords({ kind: 'refused' })).toMatch(/keeps nothing/)
  expect(staleWords('code', 'live')).toBe('Code changed since this run, so its lines are not marked.')
  expect(staleWords('requests', 'live')).toBe('Requests changed since this run.')
  expect(staleWords('code', 'recorded')).toMatch(/recording/)
  expect(withStop('Failed to fetch')).toBe('Failed to fetch.')
})
