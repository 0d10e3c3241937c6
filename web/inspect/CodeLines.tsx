// The lines of a layer in the learner's files: those that ran are marked, by a bar and by how often.
import { sourceBlocks, type LayerReading, type RingView } from '../../engine/trace'
import type { SourceFiles } from '../../engine/protocol'

interface CodeLinesProps {
  readonly ring: RingView
  readonly code: LayerReading['code']
  readonly files: SourceFiles
  readonly lastSeq: number
  readonly onLine: (file: string, line: number) => void
}

export function CodeLines({ ring, code, files, lastSeq, onLine }: CodeLinesProps) {
  const names = [...new Set([...(ring.file === null ? [] : [ring.file]), ...code.map(({ file }) => file)])]
  // The line at the cursor is the last one that began before it.
  const now = code.findLast(({ seq }) => seq <= lastSeq)
  return names
    .filter((file) => file in files)
    .map((file) => {
      const ran = new Map(code.filter((one) => one.file === file).map((one) => [one.line, one]))
      const text = files[file] ?? ''
      const lines = text.split('\n')
      const blocks = sourceBlocks(text, file === ring.file ? ring.line : null, [...ran.keys()])
      return (
        <div key={file} className="inspect__file">
          {names.length > 1 && <p className="inspect__note">{file}</p>}
          {blocks.map(({ from, to }) => (
            <ol key={from} start={from} className="inspect__code" aria-label={`Lines ${from} to ${to} of ${file}`}>
              {lines.slice(from - 1, to).map((source, i) => {
                const line = from + i
                const one = ran.get(line)
                return (
                  <li key={line} className={lineClass(one !== undefined, one === now && one !== undefined)}>
                    <button type="button" tabIndex={-1} aria-label={`Line ${line}`} onClick={() => onLine(file, line)}>
                      {line}
                    </button>
                    <code>{source || ' '}</code>
                    {one && (
                      <span className="inspect__times">
                        <span className="sr-only">{one.times === 1 ? 'ran' : 'ran '}</span>
                        {one.times > 1 ? `${one.times}×` : ''}
                      </span>
                    )}
                  </li>
                )
              })}
            </ol>
          ))}
        </div>
      )
    })
}

function lineClass(hasRun: boolean, isNow: boolean): string | undefined {
  return isNow ? 'inspect__ran inspect__now' : hasRun ? 'inspect__ran' : undefined
}
