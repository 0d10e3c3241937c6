// Shows what the app returns as a tab of the modelled browser would: an address, the document, and what of it is missing.
import { useEffect, useRef, useState } from 'react'
import { useApp } from '../store'
import { statusTone } from '../app/words'
import { Button, Icon, Ticked } from '../ui'
import './script.css'

export function PreviewPane() {
  const preview = useApp((s) => s.preview)
  const open = useApp((s) => s.openPreview)
  const back = useApp((s) => s.goBackInPreview)
  const reload = useApp((s) => s.reloadPreview)
  const place = useApp((s) => s.placePreview)
  const holder = useRef<HTMLDivElement>(null)
  useEffect(() => {
    place(holder.current)
    return () => place(null)
  }, [place])
  return (
    <div className="preview">
      <div className="preview__bar">
        <Button look="quiet" icon aria-label="Back" isDisabled={!preview.hasPast} onPress={() => void back()}>
          <Icon name="back" size={14} />
        </Button>
        <Button
          look="quiet"
          icon
          aria-label="Load again"
          isDisabled={preview.kind === 'idle'}
          onPress={() => void reload()}
        >
          <Icon name="reload" size={14} />
        </Button>
        <Address key={preview.url} url={preview.url} onOpen={(url) => void open(url)} />
        <Status />
      </div>
      {preview.notes.length > 0 && (
        <details className="preview__notes">
          <summary>
            {preview.notes.length === 1 ? 'One thing is not shown' : `${preview.notes.length} things are not shown`}
          </summary>
          <ul>
            {preview.notes.map((note, index) => (
              <li key={index}>
                <Ticked text={note} />
              </li>
            ))}
          </ul>
        </details>
      )}
      <div className="preview__frame" ref={holder}>
        {preview.kind === 'idle' && (
          <p className="dock__empty">
            HTML that your app returns is shown here, in a frame of its own that reaches nothing but your app. Open an
            address, such as /docs.
          </p>
        )}
      </div>
    </div>
  )
}

/** What became of the document; why there is none stands in its place, and is spoken here. */
function Status() {
  const { kind, status, text } = useApp((s) => s.preview)
  return (
    <span className="preview__status" role="status" aria-label="Document">
      {kind === 'loading' && 'loading …'}
      {kind === 'shown' && status !== null && <span className={`chip chip--${statusTone(status)}`}>{status}</span>}
      {kind === 'shown' && text !== '' && <span className="sr-only">{text}</span>}
    </span>
  )
}

function Address({ url, onOpen }: { readonly url: string; readonly onOpen: (url: string) => void }) {
  const [text, setText] = useState(url)
  return (
    <form
      className="preview__address"
      onSubmit={(event) => {
        event.preventDefault()
        onOpen(text)
      }}
    >
      <input
        className="field field--mono"
        aria-label="Address"
        spellCheck={false}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <Button type="submit">
        <Icon name="send" size={14} />
        Open
      </Button>
    </form>
  )
}
