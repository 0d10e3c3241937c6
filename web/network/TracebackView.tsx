// A traceback with the framework's frames folded; a press shows all of it, another goes to the line.
import { useState } from 'react'
import { useApp } from '../store'
import type { TracebackPart } from './console-lines'

export function TracebackView({
  parts,
  full,
}: {
  readonly parts: readonly TracebackPart[]
  readonly full: string | null
}) {
  const goTo = useApp((s) => s.goTo)
  const hasFile = useApp((s) => s.files)
  const [isWhole, setIsWhole] = useState(false)
  const canOpen = full !== null && (parts.some(({ kind }) => kind === 'hidden') || full.trim() !== textOf(parts))
  return (
    <div className="traceback">
      <pre className="code-text" tabIndex={0} aria-label="Traceback">
        {isWhole
          ? full
          : parts.map((part, index) => (
              <span key={index} className={`traceback__${part.kind}`}>
                {part.file !== null && part.line !== null && part.file in hasFile ? (
                  <FrameText part={part} onGo={() => goTo(part.file ?? '', part.line ?? 1)} />
                ) : (
                  part.text
                )}
                {'\n'}
              </span>
            ))}
      </pre>
      {canOpen && (
        <button className="link" type="button" onClick={() => setIsWhole(!isWhole)}>
          {isWhole ? 'Only my frames' : 'The whole traceback'}
        </button>
      )}
    </div>
  )
}

/** A frame of the learner's, its `line 47` a button. */
function FrameText({ part, onGo }: { readonly part: TracebackPart; readonly onGo: () => void }) {
  const words = `line ${part.line}`
  const at = part.text.indexOf(words)
  if (at < 0) return part.text
  return (
    <>
      {part.text.slice(0, at)}
      <button className="link link--code" type="button" onClick={onGo}>
        {words}
      </button>
      {part.text.slice(at + words.length)}
    </>
  )
}

function textOf(parts: readonly TracebackPart[]): string {
  return parts
    .map(({ text }) => text)
    .join('\n')
    .trim()
}
