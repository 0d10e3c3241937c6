// The request form: the same requests as in requests.http, field by field. The text is the truth; what the file cannot
// hold stays in the form, with its reason, until it can.
import { useEffect, useMemo, useState } from 'react'
import type { RequestText } from '../../engine/requests'
import { readRequests, REQUESTS, useApp } from '../store'
import { Button, Icon, Ticked } from '../ui'
import { CopiedLine, CopyMenu, PasteCurl, type Copied } from './CopyPaste'
import './network.css'
import { PageFields } from './PageFields'
import { RequestOptions } from './RequestOptions'
import { joinTarget, splitTarget } from './target'

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'WEBSOCKET']

export function RequestForm() {
  const files = useApp((s) => s.files)
  const formIndex = useApp((s) => s.formIndex)
  const chooseRequest = useApp((s) => s.chooseRequest)
  const addRequest = useApp((s) => s.addRequest)
  const deleteRequest = useApp((s) => s.deleteRequest)
  const send = useApp((s) => s.send)
  const goTo = useApp((s) => s.goTo)
  const phase = useApp((s) => s.phase)
  const read = useMemo(() => readRequests(files), [files])
  const [copied, setCopied] = useState<Copied | null>(null)
  const [pasting, setPasting] = useState<'no' | 'open' | readonly string[]>('no')
  // What was said of a copy or a paste is about the text as it was then.
  useEffect(() => setCopied(null), [files, formIndex])
  if (read.kind === 'unreadable') {
    return (
      <div className="form__unreadable" role="alert">
        <p>
          <b>{REQUESTS} cannot be read.</b> Line {read.line}: {read.why}
        </p>
        <Button onPress={() => goTo(REQUESTS, read.line)}>Go to line {read.line}</Button>
      </div>
    )
  }
  const { requests } = read.file
  const index = Math.min(formIndex, requests.length - 1)
  const request = requests[index]
  if (!request) return null
  return (
    <div className="form">
      <div className="form__row form__row--head">
        <select
          className="field form__which"
          aria-label="Request"
          value={index}
          onChange={(event) => chooseRequest(Number(event.target.value))}
        >
          <RequestOptions requests={requests} />
        </select>
        <Button look="quiet" icon aria-label="Add a request" onPress={addRequest}>
          <Icon name="plus" />
        </Button>
        <Button
          look="quiet"
          icon
          aria-label="Delete this request"
          isDisabled={requests.length < 2}
          onPress={() => deleteRequest(index)}
        >
          <Icon name="minus" />
        </Button>
        <span className="spacer" />
        <Button look="quiet" aria-expanded={pasting === 'open'} onPress={() => setPasting('open')}>
          Paste curl
        </Button>
        <CopyMenu request={request} onCopied={setCopied} />
        <Button isDisabled={phase === 'running'} onPress={() => void send(index)}>
          <Icon name="send" size={14} />
          Send
        </Button>
      </div>
      {pasting === 'open' && <PasteCurl onDone={(notes) => setPasting(notes.length > 0 ? notes : 'no')} />}
      {typeof pasting === 'object' && (
        <ul className="form__warning" role="status">
          {pasting.map((note) => (
            <li key={note}>
              <Ticked text={note} />
            </li>
          ))}
        </ul>
      )}
      {copied && <CopiedLine copied={copied} />}
      <Fields key={index} index={index} text={request.text} />
      {read.file.warnings.map((warning) => (
        <p className="form__warning" key={warning}>
          {warning}
        </p>
      ))}
    </div>
  )
}

function Fields({ index, text }: { readonly index: number; readonly text: RequestText }) {
  const changeRequest = useApp((s) => s.changeRequest)
  const [draft, setDraft] = useState<RequestText | null>(null)
  const [refusal, setRefusal] = useState<string | null>(null)
  // Text that was typed in the file wins over what the form could not write.
  useEffect(() => {
    setDraft(null)
    setRefusal(null)
  }, [text])
  const shown = draft ?? text
  const { path, query } = splitTarget(shown.target)
  const isSocket = shown.method === 'WEBSOCKET'
  const change = (part: Partial<RequestText>) => {
    const next = { ...shown, ...part }
    const why = changeRequest(index, next)
    setRefusal(why)
    setDraft(why ? next : null)
  }
  const changeHeader = (at: number, name: string, value: string) =>
    change({ headers: shown.headers.map((pair, other) => (other === at ? ([name, value] as const) : pair)) })
  return (
    <>
      <div className="form__row">
        <input
          className="field field--mono form__method"
          aria-label="Method"
          list="methods"
          value={shown.method}
          onChange={(event) => change({ method: event.target.value.toUpperCase() })}
        />
        <datalist id="methods">
          {METHODS.map((method) => (
            <option key={method} value={method} />
          ))}
        </datalist>
        <input
          className="field field--mono form__path"
          aria-label="Path"
          spellCheck={false}
          value={path}
          onChange={(event) => change({ target: joinTarget(event.target.value, query) })}
        />
        <input
          className="field field--mono form__query"
          aria-label="Query"
          placeholder="query, such as page=2"
          spellCheck={false}
          value={query}
          onChange={(event) => change({ target: joinTarget(path, event.target.value) })}
        />
      </div>
      <PageFields settings={shown.settings} isSocket={isSocket} onChange={(settings) => change({ settings })} />
      {shown.headers.map(([name, value], at) => (
        <div className="form__row" key={at}>
          <input
            className="field field--mono form__name"
            aria-label={`Header ${at + 1}, name`}
            spellCheck={false}
            value={name}
            onChange={(event) => changeHeader(at, event.target.value, value)}
          />
          <input
            className="field field--mono form__value"
            aria-label={`Header ${at + 1}, value`}
            spellCheck={false}
            value={value}
            onChange={(event) => changeHeader(at, name, event.target.value)}
          />
          <Button
            look="quiet"
            icon
            aria-label={`Delete header ${at + 1}`}
            onPress={() => change({ headers: shown.headers.filter((_, other) => other !== at) })}
          >
            <Icon name="cross" size={14} />
          </Button>
        </div>
      ))}
      <div className="form__row">
        <Button look="quiet" onPress={() => change({ headers: [...shown.headers, ['X-Header', ''] as const] })}>
          <Icon name="plus" size={14} />
          Header
        </Button>
      </div>
      <textarea
        className="field field--mono form__body"
        aria-label={isSocket ? 'Messages' : 'Body'}
        placeholder={isSocket ? 'Messages, with a line === between two' : 'Body'}
        spellCheck={false}
        rows={Math.min(10, Math.max(2, shown.body.split('\n').length))}
        value={shown.body}
        onChange={(event) => change({ body: event.target.value })}
      />
      {refusal && (
        <p className="form__refusal" role="alert">
          Not written to {REQUESTS}: {refusal}
        </p>
      )}
    </>
  )
}
