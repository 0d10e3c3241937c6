// The JavaScript console: a page of the modelled browser to type into, as in DevTools.
import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react'
import { PAGES, pageName } from '../browser'
import { CLIENT_SCRIPT, requestsPage, standingPage, useApp, type ScriptLine } from '../store'
import { Button, Icon, Ticked } from '../ui'
import { Value } from './Value'
import './script.css'

export function ScriptPane() {
  const lines = useApp((s) => s.scriptLines)
  const clear = useApp((s) => s.clearScript)
  const hasFile = useApp((s) => s.files[CLIENT_SCRIPT] !== undefined)
  const runFile = useApp((s) => s.runScriptFile)
  const end = useRef<HTMLDivElement>(null)
  useEffect(() => {
    end.current?.scrollIntoView({ block: 'nearest' })
  }, [lines])
  return (
    <div className="script">
      <div className="script__bar">
        <PageChoice />
        <span className="spacer" />
        {hasFile && (
          <Button look="quiet" onPress={() => void runFile()}>
            <Icon name="run" size={14} />
            Run {CLIENT_SCRIPT}
          </Button>
        )}
        <Button look="quiet" isDisabled={lines.length === 0} onPress={clear}>
          Clear
        </Button>
      </div>
      <div className="script__log" role="log" aria-label="JavaScript console">
        {lines.length === 0 && <Hint />}
        {lines.map((line) => (
          <Line key={line.key} line={line} />
        ))}
        <Prompt />
        <div ref={end} />
      </div>
    </div>
  )
}

const FOLLOWS = 'follows'

function PageChoice() {
  const files = useApp((s) => s.files)
  const formIndex = useApp((s) => s.formIndex)
  const page = useApp((s) => s.scriptPage)
  const stand = useApp((s) => s.standOn)
  const followed = useMemo(() => {
    const named = requestsPage({ files, formIndex })
    const name = pageName(standingPage({ files, formIndex, scriptPage: null }))
    return named ? `As the request: ${name}` : `No request names one: ${name}`
  }, [files, formIndex])
  const offered = PAGES.flatMap(({ id, name, choice }) =>
    choice.kind === 'page' ? [{ id, name, page: { url: `${choice.url}/`, sandboxed: choice.isSandboxed } }] : [],
  )
  const current = offered.find((one) => one.page.url === page?.url && one.page.sandboxed === page.sandboxed)
  return (
    <label className="script__page">
      Page
      <select
        className="field field--mono"
        value={current?.id ?? FOLLOWS}
        onChange={(event) => stand(offered.find(({ id }) => id === event.target.value)?.page ?? null)}
      >
        <option value={FOLLOWS}>{followed}</option>
        {offered.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
    </label>
  )
}

function Hint() {
  const enter = useApp((s) => s.enterScript)
  const example = "await fetch('http://localhost:8000/')"
  return (
    <p className="script__hint">
      JavaScript runs here as on the page above, and its requests reach your app. Try{' '}
      <button type="button" className="link" onClick={() => void enter(example)}>
        <code>{example}</code>
      </button>
    </p>
  )
}

const MARKS: Readonly<Record<ScriptLine['kind'], string>> = {
  entry: '›',
  value: '‹',
  error: '×',
  warn: '!',
  log: '',
  info: '',
  debug: '',
  browser: '×',
}
const NAMES: Partial<Record<ScriptLine['kind'], string>> = {
  entry: 'entered: ',
  value: 'gives: ',
  error: 'error: ',
  warn: 'warning: ',
  browser: 'error of the browser: ',
}

function Line({ line }: { readonly line: ScriptLine }) {
  return (
    <div className={`script__line script__line--${line.kind}`}>
      <span className="script__mark" aria-hidden="true">
        {MARKS[line.kind]}
      </span>
      <div className="script__parts">
        {NAMES[line.kind] && <span className="sr-only">{NAMES[line.kind]}</span>}
        {line.parts.map((part, index) => (
          <Value key={index} value={part} />
        ))}
        {line.fix && (
          <p className="script__fix">
            <Ticked text={line.fix} />
          </p>
        )}
      </div>
    </div>
  )
}

function Prompt() {
  const enter = useApp((s) => s.enterScript)
  const history = useApp((s) => s.scriptHistory)
  const isBusy = useApp((s) => s.isScriptBusy)
  const [text, setText] = useState('')
  /** How far back in the history; 0 is what is being typed. */
  const [back, setBack] = useState(0)
  const recall = (to: number): void => {
    setBack(to)
    setText(to === 0 ? '' : (history.at(-to) ?? ''))
  }
  const run = async (): Promise<void> => {
    const entered = text
    setText('')
    setBack(0)
    if (await enter(entered)) return
    // More is to come: it goes on in a new line.
    setText((meanwhile) => `${entered}\n${meanwhile}`)
  }
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    const { key, shiftKey, nativeEvent, currentTarget } = event
    if (nativeEvent.isComposing) return
    const { selectionStart, selectionEnd } = currentTarget
    const isInFirstLine = !text.slice(0, selectionStart).includes('\n')
    const isInLastLine = !text.slice(selectionEnd).includes('\n')
    if (key === 'Enter' && !shiftKey && text.trim() !== '') {
      event.preventDefault()
      void run()
    } else if (key === 'ArrowUp' && isInFirstLine && back < history.length) {
      event.preventDefault()
      recall(back + 1)
    } else if (key === 'ArrowDown' && isInLastLine && back > 0) {
      event.preventDefault()
      recall(back - 1)
    }
  }
  return (
    <div className="script__line script__line--prompt">
      <span className="script__mark" aria-hidden="true">
        ›
      </span>
      <textarea
        className="script__prompt"
        aria-label="JavaScript to run on the page"
        aria-describedby="script-keys"
        spellCheck={false}
        autoCapitalize="off"
        autoComplete="off"
        rows={Math.min(8, text.split('\n').length)}
        value={text}
        placeholder={isBusy ? 'Running …' : undefined}
        onChange={(event) => {
          setText(event.target.value)
          setBack(0)
        }}
        onKeyDown={onKeyDown}
      />
      <span id="script-keys" className="sr-only">
        Enter runs it, Shift and Enter begin a new line, the arrow keys go through what was entered.
      </span>
    </div>
  )
}
