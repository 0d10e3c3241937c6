// Shows that the import borders hold: the table by itself, and the rule by running the linter over offending files.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { packageFile, ROOT } from '../lib/paths.mjs'
import { judgeImport } from './borders.mjs'

test.for([
  ['web/onion/OnionView.tsx', '../../engine/index'],
  ['web/onion/OnionView.tsx', '../../engine'],
  ['web/onion/OnionView.tsx', '../../engine/trace'],
  ['web/onion/OnionView.tsx', '../store/app'],
  ['web/editor/monaco.ts', 'monaco-editor'],
  ['engine/index.ts', './host/session'],
  ['engine/host/session.ts', '../protocol/calls'],
  ['engine/runtime/fastapi/boot.ts', 'pyodide'],
  ['engine/runtime/recorded/play.ts', '../../trace/model'],
  ['engine/sandbox/worker.ts', '../runtime/fastapi/boot'],
  ['engine/cli/run.ts', '../requests'],
  ['engine/cli/run.ts', '../assets/versions'],
  ['engine/assets/prepare.ts', './versions'],
  ['engine/cli/run.ts', './spawn'],
  ['engine/cli/node-worker.ts', '../runtime/fastapi/boot'],
  ['engine/host/page-engine.ts', '../sandbox/sandbox'],
  ['engine/host/page-engine.ts', './session'],
  ['engine/sandbox/sandbox.ts', '../host/worker-seam'],
  ['engine/index.ts', './host/page-engine'],
  ['engine/trace/onion.ts', './model'],
  ['engine/host/session.ts', './worker-seam'],
  ['engine/host/session.test.ts', '../runtime/recorded/play'],
  ['e2e/specs/boot.test.ts', '../../engine/protocol'],
] as const)('judgeImport() lets %s import %s', ([file, source]) => {
  expect(judgeImport(file, source)).toBeNull()
})

test.for([
  ['web/onion/OnionView.tsx', '../../engine/host/session'],
  ['web/onion/OnionView.tsx', '../../engine/runtime/fastapi/boot'],
  ['web/onion/OnionView.tsx', '../../engine/server'],
  ['web/onion/OnionView.tsx', 'pyodide'],
  ['web/onion/OnionView.tsx', 'monaco-editor/esm/vs/editor/editor.api'],
  ['web/store/run.ts', '../../scripts/lib/paths.mjs'],
  ['engine/host/session.ts', '../index'],
  ['engine/host/session.ts', '../../web/store/app'],
  ['engine/host/session.ts', '../cli/run'],
  ['engine/host/session.ts', 'react'],
  ['engine/host/session.ts', 'msw'],
  ['engine/protocol/calls.ts', '../trace/model'],
  ['engine/runtime/fastapi/boot.ts', '../../trace/onion'],
  ['engine/sandbox/worker.ts', '../host/session'],
  ['engine/sandbox/worker.ts', 'pyodide'],
  ['engine/host/session.ts', './page-engine'],
  ['engine/host/session.ts', '../sandbox/sandbox'],
  ['engine/cli/run.ts', './node-worker'],
  ['engine/trace/model.ts', '../host/session'],
  ['engine/cli/run.ts', '../runtime/fastapi/boot'],
] as const)('judgeImport() stops %s from importing %s', ([file, source]) => {
  expect(judgeImport(file, source)).toEqual(expect.any(String))
})

/** Lints files written to a folder of their own, with our configuration; gives `rule file:line` of each finding. */
function lint(files: Record<string, string>): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'peel-lint-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, dirname(path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  const result = spawnSync(
    process.execPath,
    [packageFile('oxlint', 'bin/oxlint'), '-c', join(ROOT, '.oxlintrc.json'), '--type-aware', '-f', 'json', '.'],
    { cwd: folder, encoding: 'utf8' },
  )
  const { diagnostics } = JSON.parse(result.stdout) as {
    diagnostics: { code: string; filename: string; labels: { span: { line: number } }[] }[]
  }
  expect(result.status).toBe(diagnostics.length > 0 ? 1 : 0)
  return diagnostics.map((it) => `${it.code} ${it.filename}:${it.labels[0]?.span.line ?? 0}`).sort()
}

test('the linter fails on every way to import across a border', () => {
  const found = lint({
    'web/onion/a.ts': [
      "import { a } from '../../engine/host/a'",
      "export { b } from '../../engine/runtime/b'",
      "export * from '../../engine/sandbox'",
      "export const load = () => import('monaco-editor')",
      "export type { Carry } from '../../engine/host'",
      'export const used = a',
    ].join('\n'),
    'engine/protocol/index.ts': "export * from '../host/a'\n",
  })
  expect(found).toEqual([
    'peel(one-way) engine/protocol/index.ts:1',
    'peel(one-way) web/onion/a.ts:1',
    'peel(one-way) web/onion/a.ts:2',
    'peel(one-way) web/onion/a.ts:3',
    'peel(one-way) web/onion/a.ts:4',
    'peel(one-way) web/onion/a.ts:5',
  ])
})

test('the linter sees a dropped promise', () => {
  const found = lint({
    'tsconfig.json': '{"compilerOptions": {"strict": true, "module": "ESNext", "target": "ES2023"}}',
    'web/a.ts': 'const save = async () => 1\nexport function go() {\n  save()\n}\n',
  })
  expect(found).toEqual(['typescript(no-floating-promises) web/a.ts:3'])
})

test('the linter is content where borders are kept', () => {
  expect(lint({ 'web/onion/a.ts': "import { a } from '../../engine'\nexport const twice = () => [a, a]\n" })).toEqual(
    [],
  )
})
