// Shows what the app returns as a tab of the modelled browser would: an address, the document, and what of it is missing.
import { useEffect, useRef, useState } from 'react'
import { useApp } from '../store'
import { statusTone } from '../app/words'
import { Button, Icon } from '../ui'
import './script.css'

export function PreviewPane() {
  const preview = useApp((s) => s.preview)
  const open = useApp((s) => s.openPreview)
  const place = useApp((s) => s.placePreview)
  const holder = useRef<HTMLDivElement>(null)
  useEffect(() => {
    place(holder.current)
    return () => place(null)
  }, [place])
  return (
    <div className="preview">
      <Address key={preview.url} url={preview.url} onOpen={(url) => void open(url)} />
      <p className="preview__status" role="status">
        {preview.kind === 'loading' && `${preview.method} ${preview.url} …`}
        {preview.kind === 'shown' && preview.status !== null && (
          <span className={`chip chip--${statusTone(preview.status)}`}>{preview.status}</span>
        )}
        {preview.kind === 'shown' && preview.text}
      </p>
      {preview.notes.length > 0 && (
        <details className="preview__notes">
          <summary>
            {preview.notes.length === 1 ? 'One thing is not shown' : `${preview.notes.length} things are not shown`}
          </summary>
          <ul>
            {preview.notes.map((note, index) => (
              <li key={index}>{note}</li>
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
