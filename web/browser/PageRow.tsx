// The panel's first row: the page that a request of the file comes from. The file is the truth.
import { useMemo, useState } from 'react'
import { readRequests, REQUESTS, standingPage, useApp } from '../store'
import { Button, Icon } from '../ui'
import { PageSelect } from './PageSelect'
import { pageName, readPageChoice, withPage } from './page-settings'

export function PageRow() {
  const files = useApp((s) => s.files)
  const formIndex = useApp((s) => s.formIndex)
  const chooseRequest = useApp((s) => s.chooseRequest)
  const changeRequest = useApp((s) => s.changeRequest)
  const changeRequests = useApp((s) => s.changeRequests)
  const send = useApp((s) => s.send)
  const phase = useApp((s) => s.phase)
  const [refusal, setRefusal] = useState<string | null>(null)
  /** The request whose page was chosen here last: only then the others are offered the same. */
  const [changed, setChanged] = useState<number | null>(null)
  const read = useMemo(() => readRequests(files), [files])
  if (read.kind === 'unreadable') {
    return (
      <p className="bp__row bp__refusal" role="alert">
        {REQUESTS} cannot be read. Line {read.line}: {read.why}
      </p>
    )
  }
  const { requests } = read.file
  const index = Math.min(formIndex, requests.length - 1)
  const request = requests[index]
  if (!request) return null
  const { settings } = request.text
  const choice = readPageChoice(settings)
  return (
    <div className="bp__page">
      <div className="bp__row">
        <select
          className="field bp__request"
          aria-label="Request"
          value={index}
          onChange={(event) => chooseRequest(Number(event.target.value))}
        >
          {requests.map(({ title }, at) => (
            <option key={at} value={at}>
              {at + 1}. {title}
            </option>
          ))}
        </select>
        <PageSelect
          settings={settings}
          onChange={(next) => {
            setChanged(index)
            setRefusal(changeRequest(index, { ...request.text, settings: next }))
          }}
        />
        <Button isDisabled={phase === 'running'} onPress={() => void send(index)}>
          <Icon name="send" size={14} />
          Send
        </Button>
      </div>
      <OthersPage />
      {changed === index && requests.some(({ text }) => !isSame(readPageChoice(text.settings), choice)) && (
        <button
          type="button"
          className="link bp__all"
          onClick={() => setRefusal(changeRequests((text) => ({ ...text, settings: withPage(text.settings, choice) })))}
        >
          Send all requests from there
        </button>
      )}
      {refusal && (
        <p className="bp__refusal" role="alert">
          Not written to {REQUESTS}: {refusal}
        </p>
      )}
    </div>
  )
}

/** Who else stands on a page: the console and the tab itself follow the request, until the console is put elsewhere. */
function OthersPage() {
  const files = useApp((s) => s.files)
  const formIndex = useApp((s) => s.formIndex)
  const scriptPage = useApp((s) => s.scriptPage)
  const standOn = useApp((s) => s.standOn)
  const name = useMemo(() => pageName(standingPage({ files, formIndex, scriptPage })), [files, formIndex, scriptPage])
  return (
    <p className="bp__others">
      The JavaScript console and what you fetch in DevTools stand on <b>{name}</b>
      {scriptPage ? ', as chosen in the console. ' : '.'}
      {scriptPage && (
        <button type="button" className="link" onClick={() => standOn(null)}>
          Let them follow the request
        </button>
      )}
    </p>
  )
}

function isSame(a: object, b: object): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
