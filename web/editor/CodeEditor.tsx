// The text of the open file: a plain text field until Monaco is there, Monaco from then on. What is typed meanwhile
// is in the store, and so carries over.
import { useEffect, useMemo, useRef, useState } from 'react'
import { changedSince, useApp } from '../store'
import { placeOf, useShownStep } from '../app/use-exchange'
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
  return useMemo(
    () => findMarks(trouble, shown?.document ?? null, step ? placeOf(step) : null, isStale),
    [trouble, shown, step, isStale],
  )
}

export function CodeEditor() {
  const files = useApp((s) => s.files)
  const activeFile = useApp((s) => s.activeFile)
  const edit = useApp((s) => s.edit)
  const run = useApp((s) => s.run)
  const theme = useApp((s) => s.theme)
  const spot = useApp((s) => s.spot)
  const marks = useMarks()
  const host = useRef<HTMLDivElement>(null)
  const plain = useRef<HTMLTextAreaElement>(null)
  const [handle, setHandle] = useState<EditorHandle | null>(null)
  const [isRefused, setIsRefused] = useState(false)
  // Monaco is mounted once; what it needs from later renders is read here.
  const latest = useRef({ files, activeFile, edit, run })
  latest.current = { files, activeFile, edit, run }

  useEffect(() => {
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
  }, [])

  useEffect(() => {
    handle?.setFiles(files)
    handle?.show(activeFile)
  }, [handle, files, activeFile])
  useEffect(() => handle?.mark(marks), [handle, marks])
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
    </div>
  )
}
