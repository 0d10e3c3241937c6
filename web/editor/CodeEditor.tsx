// The text of the open file: a plain text field until Monaco is there, Monaco from then on. What is typed meanwhile
// is in the store, and so carries over. Monaco is most of what the page weighs, so the first drawing goes before it.
import { useEffect, useImperativeHandle, useMemo, useRef, useState, type Ref } from 'react'
import { useShownStep } from '../app/use-exchange'
import { changedSince, NO_BREAKPOINTS, useApp } from '../store'
import { cycleLine } from '../../engine/trace'
import './editor.css'
import { findMarks, type Marks } from './marks'
import type { EditorHandle } from './monaco'

/** Marks for what is on screen now. */
function useMarks(): Marks {
  const trouble = useApp((s) => s.trouble)
  const shown = useApp((s) => s.shown)
  const files = useApp((s) => s.files)
  const step = useShownStep()
  const isStale = shown !== null && changedSince(shown.files, files) === 'code'
  return useMemo(() => findMarks(trouble, step, files, isStale), [trouble, step, files, isStale])
}

/** What can be asked of the line that the caret stands on. */
export interface CaretLine {
  /** Goes to the moment at which the line ran, then to the next one. */
  ask(): void
  toggleBreakpoint(): void
}

/** A message about a line stays this long. */
const SAID_MS = 6000

export function CodeEditor({ caretLine }: { readonly caretLine?: Ref<CaretLine> }) {
  const files = useApp((s) => s.files)
  const activeFile = useApp((s) => s.activeFile)
  const edit = useApp((s) => s.edit)
  const run = useApp((s) => s.run)
  const theme = useApp((s) => s.theme)
  const spot = useApp((s) => s.spot)
  const breakpoints = useApp((s) => s.breakpoints[s.place.id] ?? NO_BREAKPOINTS)
  const toggleBreakpoint = useApp((s) => s.toggleBreakpoint)
  const moveBreakpoints = useApp((s) => s.moveBreakpoints)
  const selectFile = useApp((s) => s.selectFile)
  const isAtLine = useApp((s) => s.moment !== null)
  const hasOpened = useApp((s) => s.hasOpened)
  const marks = useMarks()
  const { said, ask } = useAskLine()
  const host = useRef<HTMLDivElement>(null)
  const plain = useRef<HTMLTextAreaElement>(null)
  const [handle, setHandle] = useState<EditorHandle | null>(null)
  const [isRefused, setIsRefused] = useState(false)
  // Monaco is mounted once; what it needs from later renders is read here.
  const latest = useRef({ files, activeFile, edit, run, ask })
  latest.current = { files, activeFile, edit, run, ask }

  useEffect(() => {
    if (!hasOpened) return
    let mounted: EditorHandle | null = null
    let isGone = false
    import('./monaco')
      .then(({ mountEditor }) => {
        if (isGone || !host.current) return
        const now = latest.current
        const hadFocus = document.activeElement === plain.current && plain.current !== null
        mounted = mountEditor(host.current, {
          files: now.files,
          file: now.activeFile,
          onChange: (file, text) => latest.current.edit(file, text),
          onRun: () => void latest.current.run(),
          onAsk: (file, line) => latest.current.ask(file, line),
          onBreak: toggleBreakpoint,
          onBreaksMoved: moveBreakpoints,
        })
        setHandle(mounted)
        if (hadFocus) mounted.focus()
      })
      .catch(() => {
        // The plain field goes on working, so this is a loss of colours, not of the page.
        if (!isGone) setIsRefused(true)
      })
    return () => {
      isGone = true
      mounted?.dispose()
      setHandle(null)
    }
  }, [hasOpened, toggleBreakpoint, moveBreakpoints])

  useEffect(() => {
    handle?.setFiles(files)
    handle?.show(activeFile)
  }, [handle, files, activeFile])
  useEffect(() => handle?.mark(marks), [handle, marks])
  useEffect(() => handle?.setBreakpoints(breakpoints), [handle, breakpoints])
  const { now } = marks.lines
  useEffect(() => {
    if (now && now.file === activeFile) handle?.reveal(now.line)
  }, [handle, now, activeFile])
  // Stepping by line goes from file to file as the program does.
  useEffect(() => {
    if (isAtLine && now) selectFile(now.file)
  }, [isAtLine, now, selectFile])
  useImperativeHandle(
    caretLine,
    () => ({
      ask: () => handle && ask(activeFile, handle.line()),
      toggleBreakpoint: () => handle && toggleBreakpoint(activeFile, handle.line()),
    }),
    [handle, activeFile, ask, toggleBreakpoint],
  )
  useEffect(() => {
    if (spot && handle) handle.goTo(spot.line)
  }, [handle, spot])
  useEffect(() => {
    if (!handle) return
    handle.refreshTheme()
    const queries = ['(prefers-color-scheme: dark)', '(prefers-contrast: more)'].map((query) => matchMedia(query))
    for (const query of queries) query.addEventListener('change', handle.refreshTheme)
    // The attribute may be set by the page's own theme effect after this one has run.
    const observer = new MutationObserver(handle.refreshTheme)
    observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] })
    return () => {
      observer.disconnect()
      for (const query of queries) query.removeEventListener('change', handle.refreshTheme)
    }
  }, [handle, theme])

  const problems = marks.problems.filter(({ file }) => file === activeFile)
  return (
    <div className="code">
      <div className="code__host" ref={host} hidden={isRefused} />
      {handle === null && (
        <textarea
          ref={plain}
          className="code__plain"
          aria-label={`Code, ${activeFile}`}
          spellCheck={false}
          autoCapitalize="off"
          autoCorrect="off"
          wrap="off"
          value={files[activeFile] ?? ''}
          onChange={(event) => edit(activeFile, event.target.value)}
        />
      )}
      {problems.length > 0 && (
        <ul className="sr-only" aria-label="Problems">
          {problems.map(({ file, line, lead, text }) => (
            <li key={`${file}:${line}`}>{`${file}, line ${line}: ${lead} ${text}`}</li>
          ))}
        </ul>
      )}
      <p className="code__said" role="status" hidden={said === null}>
        {said}
      </p>
    </div>
  )
}

/** Goes to where a line ran in the run on screen, and says so where it did not. */
function useAskLine() {
  const step = useShownStep()
  const shown = useApp((s) => s.shown)
  const files = useApp((s) => s.files)
  const seek = useApp((s) => s.seek)
  const [said, setSaid] = useState<string | null>(null)
  useEffect(() => {
    if (said === null) return
    const timer = setTimeout(() => setSaid(null), SAID_MS)
    return () => clearTimeout(timer)
  }, [said])
  const ask = (file: string, line: number) => {
    if (!step || !shown) setSaid('Nothing has run yet, so no line has.')
    else if (changedSince(shown.files, files) === 'code')
      setSaid('The code changed since this run. Run it, and its lines can be found again.')
    else {
      const found = cycleLine(step.moments, step, { file, line })
      if (found) seek(found.whole, found.seq)
      setSaid(found ? null : `Line ${line} did not run in this request.`)
    }
  }
  return { said, ask }
}
