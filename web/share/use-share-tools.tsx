// What of the shown run can be taken along, and what became of it. Thin: texts and pictures are made next door.
import { useEffect, useState } from 'react'
import type * as Export from '../../engine/export'
import type { RunDocument } from '../../engine/protocol'
import { foldExchange, narrate, sentenceText, stepAtSeq, type ExchangeView } from '../../engine/trace'
import { useApp, type EnginePort, type Shown } from '../store'
import { Button, Icon, type IconName } from '../ui'
import { fileNameFor } from './file-names'
import { pngOf } from './picture'
import { copyText, saveFile } from './save'
import { snapshotSvg, type Snapshot } from './snapshot'
import './share.css'

type Writers = typeof Export

/** Fetched when something is taken along for the first time. */
const writers = (): Promise<Writers> =>
  import('../../engine/export').catch((cause: unknown) => {
    throw new Error('What writes this could not be fetched. Check the connection, then try again.', { cause })
  })

/** The shown exchange, and where the cursor stands in it. */
interface Place {
  readonly document: RunDocument
  readonly index: number | null
  readonly view: ExchangeView
  readonly whole: number
}

interface ShareTool {
  readonly id: string
  readonly name: string
  readonly icon: IconName
  readonly group: 'take'
  readonly act: () => void
}

/** What became of a tool. A text stands there to be copied by hand where the clipboard is not to be had. */
export type ShareNote =
  | { readonly kind: 'done'; readonly says: string }
  | { readonly kind: 'text'; readonly name: string; readonly text: string }
  | { readonly kind: 'refused'; readonly why: string }

/** Long enough to be read twice. */
const NOTE_MS = 8000

/** The tools that make sense for what is shown, and the line that says what became of the last one. */
export function useShareTools(place: Place | null) {
  const [note, setNote] = useState<ShareNote | null>(null)
  // What went well need not be put away by hand.
  useEffect(() => {
    if (note?.kind !== 'done') return
    const timer = setTimeout(() => setNote(null), NOTE_MS)
    return () => clearTimeout(timer)
  }, [note])
  const shown = useApp((s) => s.shown)
  const title = useApp((s) => s.place.title)
  const reachEngine = useApp((s) => s.reachEngine)
  const showStage = useApp((s) => s.showStage)
  const comic: ShareTool = {
    ...{ id: 'comic', name: 'Comic strip for print', icon: 'print', group: 'take' },
    act: () => showStage('comic'),
  }
  const tools = place && shown ? [comic, ...toolsFor(place, setNote), zipTool(shown, title, reachEngine, setNote)] : []
  return { tools, note, close: () => setNote(null) }
}

function toolsFor(place: Place, say: (note: ShareNote) => void): ShareTool[] {
  const { document: run, index, view } = place
  const save = (ending: string, content: string | Blob, type: string) => {
    const name = fileNameFor(view.title, ending)
    saveFile(name, content, type)
    say({ kind: 'done', says: `Saved ${name}.` })
  }
  const copy = async (name: string, text: string) =>
    say((await copyText(text)) ? { kind: 'done', says: `Copied the ${name}.` } : { kind: 'text', name, text })
  const tool = toolWith(say)
  const exchange = index === null ? undefined : run.exchanges[index]
  return [
    tool('svg', 'Save the onion as SVG', 'save', () => save('svg', takeSnapshot(place).text, 'image/svg+xml')),
    tool('png', 'Save the onion as PNG', 'save', async () =>
      save('png', await pngOf(takeSnapshot(place)), 'image/png'),
    ),
    tool('mermaid', 'Copy as Mermaid diagram', 'copy', async () =>
      copy('Mermaid diagram', (await writers()).writeMermaid(foldExchange(view))),
    ),
    ...(exchange
      ? [
          tool('curl', 'Copy as curl, with response', 'copy', async () =>
            copy('curl command', (await writers()).writeExchange(exchange)),
          ),
        ]
      : []),
    tool('json', 'Save the run as JSON', 'save', async () => {
      const { TRACE_SCHEMA_FILE, writeTrace } = await writers()
      save('json', writeTrace(run, new URL(TRACE_SCHEMA_FILE, document.baseURI).href), 'application/json')
    }),
  ]
}

/** A tool that fails says why; the page goes on. */
const toolWith =
  (say: (note: ShareNote) => void) =>
  (id: string, name: string, icon: IconName, work: () => void | Promise<void>): ShareTool => ({
    ...{ id, name, icon, group: 'take' },
    act: () => {
      void (async () => {
        try {
          await work()
        } catch (error) {
          say({ kind: 'refused', why: error instanceof Error ? error.message : String(error) })
        }
      })()
    },
  })

function zipTool(
  { document: run, files }: Shown,
  title: string,
  reachEngine: () => Promise<EnginePort>,
  say: (note: ShareNote) => void,
): ShareTool {
  return toolWith(say)('zip', 'Save the project with tests', 'save', async () => {
    say({ kind: 'done', says: 'Running it once more, on another day, to see which values are the day’s.' })
    const { anotherRun, projectFiles, zipFiles } = await writers()
    const other = await runAgain(await reachEngine(), run, anotherRun(run, files))
    const name = fileNameFor(title, 'zip', 'project')
    saveFile(name, zipFiles(projectFiles({ title, files, document: run, other })), 'application/zip')
    say({ kind: 'done', says: `Saved ${name}. It has the program, its requests, and tests made from this run.` })
  })
}

/** The session on another day, on the version that it ran on. */
async function runAgain(
  engine: EnginePort,
  run: RunDocument,
  { groups, ...program }: ReturnType<Writers['anotherRun']>,
): Promise<RunDocument> {
  const usual = engine.version.fastapi
  const { fastapi } = run.versions
  if (fastapi !== usual) engine.use(fastapi)
  try {
    return await engine.run({ ...program, app: null }, groups)
  } finally {
    if (fastapi !== usual) engine.use(usual)
  }
}

/** The onion as it is drawn now. @throws {Error} where none is */
function takeSnapshot({ view, whole }: Place): Snapshot {
  const live = document.querySelector<SVGSVGElement>('.instrument .on-svg')
  if (!live) throw new Error('No onion is drawn now. Show it, then save it.')
  const shown = foldExchange(view)
  const at = stepAtSeq(shown, view.steps[whole]?.seq ?? 0)
  return snapshotSvg(live, getComputedStyle(live).getPropertyValue('--paper').trim(), {
    title: `${view.method} ${view.target}`,
    description: shown.steps
      .slice(0, at + 1)
      .map((_, step) => sentenceText(narrate(shown, step)))
      .join(' '),
  })
}

/** Floats below the menu that it belongs to, so that nothing jumps. */
export function ShareNoteLine({ note, onClose }: { readonly note: ShareNote; readonly onClose: () => void }) {
  return (
    <div className={`share-note${note.kind === 'refused' ? ' share-note--bad' : ''}`} role="status">
      {note.kind === 'text' ? (
        <div className="share-note__body">
          <p>This window has no clipboard. Copy the {note.name} from here.</p>
          <textarea
            className="field field--mono share-note__text"
            aria-label={note.name}
            readOnly
            rows={6}
            value={note.text}
          />
        </div>
      ) : (
        <p className="share-note__body">{note.kind === 'done' ? note.says : note.why}</p>
      )}
      <Button look="quiet" icon aria-label="Close" onPress={onClose}>
        <Icon name="cross" size={14} />
      </Button>
    </div>
  )
}
