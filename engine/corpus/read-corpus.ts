// Finds the apps of the corpus. Refuses to know how they are run.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { groupRequests } from '../browser'
import type { RequestGroup, SourceFiles } from '../protocol'
import { parseHttpFile } from '../requests'

export interface CorpusApp {
  /** `topic/name`. */
  readonly name: string
  readonly files: SourceFiles
  readonly entry: string
  readonly groups: readonly RequestGroup[]
  /** Real ms after which a client that gets no answer gives up: lines `# patience SECONDS`, where an app has none to give. */
  readonly patienceMs: number
  /** What two runs may differ in: lines `# mask NAME: PATTERN` of the entry file. */
  readonly masks: readonly { readonly name: string; readonly pattern: RegExp }[]
}

/** Long enough for a busy machine. */
const PATIENCE_S = 20

const folder = import.meta.dirname

/** Every app in the order of their names: `topic/name.py` with its `topic/name.http`, or a folder with a `main.py` and `requests.http`. */
export function readCorpus(): CorpusApp[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((item) => item.isDirectory())
    .flatMap((topic) => readTopic(topic.name))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

function readTopic(topic: string): CorpusApp[] {
  const items = readdirSync(join(folder, topic), { withFileTypes: true })
  return items.flatMap((item) => {
    const path = join(folder, topic, item.name)
    if (item.isDirectory()) return item.name.startsWith('__') ? [] : [readFolder(`${topic}/${item.name}`, path)]
    if (!item.name.endsWith('.py')) return []
    const name = item.name.slice(0, -'.py'.length)
    const text = readFileSync(path, 'utf8')
    return [app(`${topic}/${name}`, { 'main.py': text }, join(folder, topic, `${name}.http`))]
  })
}

function readFolder(name: string, path: string): CorpusApp {
  const files = readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((item) => item.isFile() && item.name !== 'requests.http' && !item.name.endsWith('.pyc'))
    .map((item) => join(item.parentPath, item.name))
    .toSorted()
  const texts = files.map((file) => [file.slice(path.length + 1).replaceAll('\\', '/'), readFileSync(file, 'utf8')])
  return app(name, Object.fromEntries(texts) as SourceFiles, join(path, 'requests.http'))
}

function app(name: string, files: SourceFiles, requests: string): CorpusApp {
  if (!existsSync(requests)) throw new Error(`${requests} is not there: an app of the corpus needs its requests`)
  const parsed = parseHttpFile(readFileSync(requests, 'utf8'), { file: requests })
  if (parsed.warnings.length > 0) throw new Error(parsed.warnings.join('\n'))
  const text = files['main.py'] ?? ''
  const patience = /^# patience ([\d.]+)$/m.exec(text)?.[1]
  const masks = [...text.matchAll(/^# mask ([\w-]+): (.+)$/gm)]
  return {
    name,
    files,
    entry: 'main.py',
    patienceMs: Number(patience ?? PATIENCE_S) * 1000,
    groups: groupRequests(parsed.requests),
    masks: masks.map(([, mask = '', pattern = '']) => ({ name: mask, pattern: new RegExp(pattern, 'g') })),
  }
}
