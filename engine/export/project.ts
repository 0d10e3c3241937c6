// The learner's program as a project of its own: its files, what to install, what to send, and tests made from a run.
import { strToU8, zipSync } from 'fflate'
import type { RunDocument, SourceFiles } from '../protocol'
import { requirements } from './packages'
import { writeTests } from './test-file'

export interface ProjectInput {
  /** Name of the project for people. */
  readonly title: string
  /** The files that the run had, `requests.http` among them. */
  readonly files: SourceFiles
  readonly entry?: string
  readonly document: RunDocument
  /** The same session on another day (see `anotherRun`). */
  readonly other: RunDocument | null
}

/** All files of the project, by path. A file of the learner's keeps its name where one of the project's has the same. */
export function projectFiles({ title, files, entry = 'main.py', document, other }: ProjectInput): SourceFiles {
  const module = entry.replace(/\.py$/, '').replaceAll('/', '.')
  const free = (name: string): string => (name in files ? free(`peel_${name}`) : name)
  const names = { tests: free('test_requests.py'), requirements: free('requirements.txt'), readme: free('README.md') }
  return {
    ...files,
    [names.requirements]: `${requirements(files, document.versions).join('\n')}\n`,
    [names.tests]: writeTests({ document, other, files, module }),
    [names.readme]: readme(title, module, names, document),
  }
}

/** A project's files as a zip; the same files give the same bytes. */
export function zipFiles(files: SourceFiles): Uint8Array<ArrayBuffer> {
  const entries = Object.entries(files).map(([name, text]) => [name, strToU8(text)] as const)
  // The first moment that a zip can name.
  return new Uint8Array(zipSync(Object.fromEntries(entries), { mtime: '1980-01-01T00:00:00' }))
}

function readme(
  title: string,
  module: string,
  names: { readonly tests: string; readonly requirements: string },
  { versions: { fastapi, starlette, python } }: RunDocument,
): string {
  return `# ${title}

\`\`\`sh
python -m pip install -r ${names.requirements}
python -m pytest ${names.tests}
\`\`\`

The first line installs what the run in Peel had (FastAPI ${fastapi}, Starlette ${starlette}; there on Python ${python}).
The second sends the run's requests to the app once more, in the same order, and compares every answer with the recorded one:
status, headers, body, and the exception that reached the server. Values of the day (times, ids, signatures) may differ.

To run the app on a server: \`uvicorn ${module}:app\`, then send \`requests.http\` from your editor.
`
}
