import { expect, test } from 'vitest'
import type { RunDocument } from '../protocol'
import { happyPath } from '../trace/fixtures/scenes'
import { projectFiles, zipFiles } from './project'

const INPUT = {
  title: 'A bakery',
  files: { 'main.py': 'import jwt\napp = None\n', 'requests.http': 'GET /\n' },
  document: happyPath(),
  other: null,
}

test('a project has its files, what to install, how, and tests', () => {
  const files = projectFiles(INPUT)
  expect(Object.keys(files).sort()).toEqual([
    'README.md',
    'main.py',
    'requests.http',
    'requirements.txt',
    'test_requests.py',
  ])
  expect(files['main.py']).toBe(INPUT.files['main.py'])
  expect(files['requirements.txt']).toContain('pyjwt==')
  expect(files['README.md']).toContain('python -m pytest test_requests.py')
})

test('a file of the learner’s keeps its name, and the project’s goes by another', () => {
  const files = projectFiles({
    ...INPUT,
    files: { ...INPUT.files, 'README.md': 'mine', 'test_requests.py': 'mine too' },
  })
  expect([files['README.md'], files['test_requests.py']]).toEqual(['mine', 'mine too'])
  expect(files['peel_README.md']).toContain('python -m pytest peel_test_requests.py')
})

test('a program that does not start is tested for that', () => {
  const error = { phase: 'load', type: 'SyntaxError', message: 'x', file: 'main.py', line: 1, text: 'x' } as const
  const document: RunDocument = { ...happyPath(), exchanges: [], events: [], error }
  const tests = projectFiles({ ...INPUT, document })['test_requests.py']
  expect(tests).toContain('assert type(caught.value).__name__ == "SyntaxError"')
})

test('the same files give the same zip', () => {
  const files = projectFiles(INPUT)
  expect(zipFiles(files)).toEqual(zipFiles({ ...files }))
})
