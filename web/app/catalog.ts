// Finds what can be opened: the sample comes with the page, lessons are fetched when they are asked for.
// Reads only names, titles and files; what a lesson says is read elsewhere.
import { groupRequests } from '../../engine/browser'
import type { RunDocument, SourceFiles } from '../../engine/protocol'
import { parseHttpFile } from '../../engine/requests'
import { ENTRY, REQUESTS, type Catalog, type Place, type PlaceSummary } from '../store'

const sampleFiles = import.meta.glob<string>(['/lessons/sample/requests.http', '/lessons/sample/start/**/*'], {
  query: '?raw',
  import: 'default',
  eager: true,
})
const spellingFiles = import.meta.glob<string>('/lessons/sample/spellings/*/main.py', {
  query: '?raw',
  import: 'default',
})
const lessonTexts = import.meta.glob<string>('/lessons/*/*/lesson.md', {
  query: '?raw',
  import: 'default',
  eager: true,
})
const lessonFiles = import.meta.glob<string>(
  ['/lessons/*/*/{requests.http,checks.py}', '/lessons/*/*/{start,solution}/**/*'],
  { query: '?raw', import: 'default' },
)
const recordings = import.meta.glob<RunDocument>('/lessons/sample/recorded.json', { import: 'default' })

const SAMPLE: PlaceSummary = { id: 'sample', title: 'A bakery behind four layers', chapter: null, minutes: null }

/** The catalog of this build. */
export const catalog: Catalog = {
  first: { ...SAMPLE, start: filesUnder(sampleFiles, '/lessons/sample/'), solution: null, checks: null },
  list: [SAMPLE, ...Object.entries(lessonTexts).map(([path, text]) => readSummary(path, text))],
  load: async (id) => {
    const summary = catalog.list.find((one) => one.id === id)
    if (!summary) throw new Error(`There is no lesson "${id}".`)
    return loadLesson(summary)
  },
}

/** One way in which a layer of a program is written. */
export interface Spelling {
  readonly id: string
  readonly name: string
  /** Gives the whole text of its `main.py`. */
  readonly load: () => Promise<string>
}

const SPELLING_NAMES: Readonly<Record<string, string>> = { base: 'BaseHTTPMiddleware', asgi: 'Pure ASGI' }
const SAMPLE_SPELLINGS: readonly Spelling[] = [
  { id: 'decorator', name: 'Decorator', load: async () => catalog.first.start[ENTRY] ?? '' },
  ...Object.entries(SPELLING_NAMES).flatMap(([id, name]) => {
    const load = spellingFiles[`/lessons/sample/spellings/${id}/main.py`]
    return load ? [{ id, name, load }] : []
  }),
]

/** The spellings in which a place comes; none where there is only its own. */
export function spellingsOf(placeId: string): readonly Spelling[] {
  return placeId === SAMPLE.id ? SAMPLE_SPELLINGS : []
}

/** The recorded run of the sample, played as a run is; null in a build without one. */
export async function loadRecorded(): Promise<RunDocument | null> {
  const [load] = Object.values(recordings)
  if (!load) return null
  const [{ playRecording }, document] = await Promise.all([import('../../engine'), load()])
  const { [REQUESTS]: requests = '', ...files } = catalog.first.start
  const groups = groupRequests(parseHttpFile(requests, { file: REQUESTS }).requests)
  return playRecording({ files, entry: 'main.py', app: null }, groups, document)
}

async function loadLesson(summary: PlaceSummary): Promise<Place> {
  const root = `/lessons/${summary.id}/`
  const entries = Object.entries(lessonFiles).filter(([path]) => path.startsWith(root))
  const texts = Object.fromEntries(
    await Promise.all(entries.map(async ([path, load]) => [path, await load()] as const)),
  )
  const requests = texts[`${root}${REQUESTS}`] ?? 'GET /\n'
  const solution = filesUnder(texts, root, 'solution')
  return {
    ...summary,
    start: { ...filesUnder(texts, root), [REQUESTS]: requests },
    solution: Object.keys(solution).length > 0 ? { ...solution, [REQUESTS]: requests } : null,
    checks: texts[`${root}checks.py`] ?? null,
  }
}

/** Files of a folder by their names in it; requests stand beside the folder. */
function filesUnder(texts: Readonly<Record<string, string>>, root: string, folder = 'start'): SourceFiles {
  const files: Record<string, string> = {}
  for (const [path, text] of Object.entries(texts)) {
    if (path.startsWith(`${root}${folder}/`)) files[path.slice(root.length + folder.length + 1)] = text
    else if (path === `${root}${REQUESTS}` && folder === 'start') files[REQUESTS] = text
  }
  return files
}

function readSummary(path: string, text: string): PlaceSummary {
  const [, chapter = '', lesson = ''] = /^\/lessons\/([^/]+)\/([^/]+)\//.exec(path) ?? []
  const field = (name: string) =>
    new RegExp(`^${name}:\\s*(.+)$`, 'm')
      .exec(text)?.[1]
      ?.trim()
      .replace(/^(["'])(.*)\1$/, '$2')
  return {
    id: `${chapter}/${lesson}`,
    title: field('title') ?? lesson,
    chapter: sentenceCase(chapter.replace(/^\d+-/, '').replaceAll('-', ' ')),
    minutes: Number(field('minutes')) || null,
  }
}

function sentenceCase(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
