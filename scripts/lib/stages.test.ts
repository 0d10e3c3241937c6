// How results are counted: the last line of a test run must be right also when things break in odd places.
import { expect, test } from 'vitest'
import { readPytest, readVitest, settle, sum } from './stages.mjs'

test.for([
  ['12 passed in 0.40s', { passed: 12, failed: 0, skipped: 0 }],
  ['=== 3 failed, 40 passed, 2 skipped, 1 error in 62.10s (0:01:02) ===', { passed: 40, failed: 4, skipped: 2 }],
  ['12 passed, 2 errors in 0.40s\nsome later noise', { passed: 12, failed: 2, skipped: 0 }],
] as const)('readPytest() reads %s', ([output, counts]) => {
  expect(readPytest(output)).toEqual(counts)
})

test('readPytest() gives null where there is no summary', () => {
  expect(readPytest('ImportError: no module named peel')).toBeNull()
})

test('readVitest() counts a file that cannot be imported as a failure', () => {
  const report = {
    numPassedTests: 3,
    numFailedTests: 1,
    numPendingTests: 2,
    numTodoTests: 0,
    testResults: [
      { status: 'failed', assertionResults: [] },
      { status: 'failed', assertionResults: [{ status: 'failed' }] },
      { status: 'passed', assertionResults: [{ status: 'passed' }] },
    ],
  }
  expect(readVitest(JSON.stringify(report))).toEqual({ passed: 3, failed: 2, skipped: 2 })
})

test('settle() makes a failure of a crash that no report tells of', () => {
  expect(settle(null, 0)).toEqual({ passed: 0, failed: 1 })
  expect(settle({ passed: 5, failed: 0 }, 1)).toEqual({ passed: 5, failed: 1 })
  expect(settle({ passed: 5, failed: 2 }, 1)).toEqual({ passed: 5, failed: 2 })
  expect(settle({ passed: 5, failed: 0 }, 0)).toEqual({ passed: 5, failed: 0 })
})

test('sum() adds up stages, with or without skipped tests', () => {
  expect(
    sum([
      { passed: 1, failed: 0 },
      { passed: 2, failed: 1, skipped: 3 },
    ]),
  ).toEqual({ passed: 3, failed: 1, skipped: 3 })
})
