// Requests from and to other tools: copy as curl, fetch, requests, httpx; paste a curl command line.
import { useState } from 'react'
import { Button as AriaButton, Menu, MenuItem, MenuTrigger, Popover } from 'react-aria-components'
import { groupRequests } from '../../engine/browser'
import { ConvertError, COPY_FORMATS, copyAs, pasteCurl, type CopyFormat } from '../../engine/convert'
import type { HttpRequest } from '../../engine/requests'
import { REQUESTS, useApp } from '../store'
import { Button, Icon, Ticked } from '../ui'

const NAMES: Readonly<Record<CopyFormat, string>> = {
  curl: 'curl command line',
  fetch: 'fetch, JavaScript',
  requests: 'requests, Python',
  httpx: 'httpx, Python',
}

/** What became of a copy. The text is there to be copied by hand where the clipboard is not to be had. */
export type Copied =
  | { readonly kind: 'copied'; readonly name: string }
  | { readonly kind: 'text'; readonly name: string; readonly text: string }
  | { readonly kind: 'refused'; readonly why: string }

export function CopyMenu(props: { readonly request: HttpRequest; readonly onCopied: (copied: Copied) => void }) {
  const { request, onCopied } = props
  const copy = async (format: CopyFormat) => {
    const name = NAMES[format]
    let text: string
    try {
      // A page's request is what its script asked for; a plain client's is what goes over the wire.
      const [ready] = groupRequests([request])[0]?.requests ?? []
      if (!ready) return
      text = copyAs(format, ready)
    } catch (error) {
      if (!(error instanceof ConvertError)) throw error
      onCopied({ kind: 'refused', why: error.message })
      return
    }
    try {
      await navigator.clipboard.writeText(text)
      onCopied({ kind: 'copied', name })
    } catch {
      onCopied({ kind: 'text', name, text })
    }
  }
  return (
    <MenuTrigger>
      <AriaButton className="button button--quiet">
        Copy as
        <Icon name="down" size={12} />
      </AriaButton>
      <Popover className="menu" placement="bottom end">
        <Menu aria-label="Copy as" onAction={(key) => void copy(key as CopyFormat)}>
          {COPY_FORMATS.map((format) => (
            <MenuItem className="menu__item" id={format} key={format} textValue={NAMES[format]}>
              {NAMES[format]}
            </MenuItem>
          ))}
        </Menu>
      </Popover>
    </MenuTrigger>
  )
}

export function CopiedLine({ copied }: { readonly copied: Copied }) {
  if (copied.kind === 'copied') {
    return (
      <p className="form__note" role="status">
        Copied as {copied.name}.
      </p>
    )
  }
  if (copied.kind === 'refused') {
    return (
      <p className="form__refusal" role="alert">
        {copied.why}
      </p>
    )
  }
  return (
    <div role="status">
      <p className="form__note">This window has no clipboard. Copy the {copied.name} from here.</p>
      <textarea
        className="field field--mono form__body"
        aria-label={copied.name}
        readOnly
        rows={4}
        value={copied.text}
      />
    </div>
  )
}

/** A field for a curl command line, such as a browser's "Copy as cURL (bash)". */
export function PasteCurl({ onDone }: { readonly onDone: (notes: readonly string[]) => void }) {
  const appendRequests = useApp((s) => s.appendRequests)
  const [text, setText] = useState('')
  const [refusal, setRefusal] = useState<string | null>(null)
  const add = () => {
    try {
      const pasted = pasteCurl(text)
      const why = appendRequests(pasted.text)
      setRefusal(why)
      if (why === null) onDone(pasted.notes)
    } catch (error) {
      if (!(error instanceof ConvertError)) throw error
      setRefusal(error.message)
    }
  }
  return (
    <form
      className="form__paste"
      aria-label="Paste curl"
      onSubmit={(event) => {
        event.preventDefault()
        add()
      }}
    >
      <textarea
        className="field field--mono form__body"
        aria-label="curl command line"
        placeholder="curl 'http://localhost:8000/' -H 'Accept: application/json'"
        spellCheck={false}
        autoFocus
        rows={3}
        value={text}
        onChange={(event) => {
          setText(event.target.value)
          setRefusal(null)
        }}
      />
      {refusal && (
        <p className="form__refusal" role="alert">
          <Ticked text={refusal} />
        </p>
      )}
      <div className="form__row">
        <Button type="submit" isDisabled={text.trim() === ''}>
          Add to {REQUESTS}
        </Button>
        <Button look="quiet" onPress={() => onDone([])}>
          Cancel
        </Button>
      </div>
    </form>
  )
}
