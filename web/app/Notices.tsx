// Strips between the sentence and the inspector: what kept a run from working, what is on screen instead, what to do.
import { useState } from 'react'
import { changedSince, hasSameFiles, useApp } from '../store'
import { Button, Icon, Ticked } from '../ui'
import {
  BOOT_STEPS,
  bootNumber,
  withStop,
  laneNow,
  lineWords,
  savingWords,
  staleWords,
  stopMessage,
  troubleMessage,
  type Message,
} from './words'

export function Notices() {
  return (
    <div className="notices">
      <LinkNotice />
      <TroubleNotice />
      <ChangeNotice />
      <StopNotice />
      <BootNotice />
      <LaneNotice />
      <StaleNotice />
      <RivalNotice />
      <SavingNotice />
    </div>
  )
}

function MessageStrip({ message, children }: { readonly message: Message; readonly children?: React.ReactNode }) {
  const goTo = useApp((s) => s.goTo)
  const { place } = message
  return (
    <div className={`notice${message.tone === 'bad' ? ' notice--bad' : ''}`} role="status">
      <p>
        {message.lead && <b>{message.lead} </b>}
        <Ticked text={message.text} />
      </p>
      <div className="notice__buttons">
        {place && <Button onPress={() => goTo(place.file, place.line)}>{`Go to ${lineWords(place)}`}</Button>}
        {children}
      </div>
    </div>
  )
}

/** What a link brought, or why it could not be made or opened. */
function LinkNotice() {
  const note = useApp((s) => s.linkNote)
  const close = useApp((s) => s.closeLinkNote)
  const takeBack = useApp((s) => s.takeBack)
  const runLink = useApp((s) => s.runLink)
  if (!note) return null
  return (
    <div className={`notice${note.kind === 'trouble' ? ' notice--bad' : ''}`} role="status">
      <p>
        {note.kind === 'trouble' ? (
          note.text
        ) : note.kind === 'restored' ? (
          <>
            <b>This link brought its own files.</b> What you had here is kept.
            {!note.isRun && ' Read them, then run them to stand at its moment.'}
          </>
        ) : note.isCopied ? (
          <>
            <b>Link copied.</b> It holds your changes and this moment itself, so nothing was sent anywhere.
          </>
        ) : (
          <>
            <b>This window gives no access to the clipboard.</b> Copy the link from here.
          </>
        )}
      </p>
      {note.kind === 'made' && !note.isCopied && (
        <input className="field field--mono" aria-label="Link to this moment" readOnly value={note.url} />
      )}
      <div className="notice__buttons">
        {note.kind === 'restored' && !note.isRun && (
          <Button look="primary" onPress={() => void runLink()}>
            <Icon name="run" size={14} />
            Run it
          </Button>
        )}
        {note.kind === 'restored' && (
          <Button
            onPress={() => {
              takeBack()
              close()
            }}
          >
            Bring mine back
          </Button>
        )}
        <Button look="quiet" onPress={close}>
          Close
        </Button>
      </div>
    </div>
  )
}

function TroubleNotice() {
  const trouble = useApp((s) => s.trouble)
  const hasOld = useApp((s) => s.shown !== null)
  const dismiss = useApp((s) => s.dismissTrouble)
  const bootEngine = useApp((s) => s.bootEngine)
  if (!trouble) return null
  // The engine's own failure has its strip, with the way to try again.
  if (trouble.kind === 'engine' && trouble.problem === 'boot') return null
  return (
    <MessageStrip message={troubleMessage(trouble, hasOld)}>
      {trouble.kind === 'engine' && trouble.problem === 'died' && <Button onPress={bootEngine}>Try again</Button>}
      <Button look="quiet" onPress={dismiss}>
        {hasOld ? 'Show the old run' : 'Close'}
      </Button>
    </MessageStrip>
  )
}

/** What was changed from the picture, with the way back; or why it could not be. And what is being tried. */
function ChangeNotice() {
  const written = useApp((s) => s.written)
  const isSo = useApp((s) => s.written !== null && hasSameFiles(s.written.after, s.files))
  const why = useApp((s) => (s.changeTrouble?.files === s.files ? s.changeTrouble.why : s.variantTrouble))
  const trying = useApp((s) => s.trying)
  const unwriteOrder = useApp((s) => s.unwriteOrder)
  const dismissChange = useApp((s) => s.dismissChange)
  return (
    <>
      {trying !== null && (
        <div className="notice notice--slim" role="status">
          <p>Running once more: {trying}.</p>
        </div>
      )}
      {why !== null && (
        <div className="notice notice--bad" role="status">
          <p>
            <Ticked text={why} />
          </p>
          <div className="notice__buttons">
            {isSo && <Button onPress={() => void unwriteOrder()}>Undo</Button>}
            <Button look="quiet" onPress={dismissChange}>
              Close
            </Button>
          </div>
        </div>
      )}
      {why === null && written !== null && isSo && (
        <div className="notice" role="status">
          <p>{written.what} The code is moved accordingly.</p>
          <div className="notice__buttons">
            <Button onPress={() => void unwriteOrder()}>Undo</Button>
            <Button look="quiet" onPress={dismissChange}>
              Close
            </Button>
          </div>
        </div>
      )}
    </>
  )
}

function StopNotice() {
  const shown = useApp((s) => s.shown)
  const trouble = useApp((s) => s.trouble)
  if (trouble || !shown?.document.stop) return null
  return <MessageStrip message={stopMessage(shown.document.stop)} />
}

function BootNotice() {
  const status = useApp((s) => s.engineStatus)
  const texts = useApp((s) => s.bootTexts)
  const bootEngine = useApp((s) => s.bootEngine)
  const isWaiting = useApp((s) => s.phase !== 'idle')
  if (status.kind === 'failed') {
    return (
      <div className="notice notice--bad" role="status">
        <p>
          <b>The engine did not start.</b> {withStop(status.message)} What you typed is safe, and recordings can be
          stepped through.
        </p>
        <div className="notice__buttons">
          <Button onPress={bootEngine}>Try again</Button>
        </div>
      </div>
    )
  }
  if (status.kind === 'off') {
    return (
      <div className="notice">
        <p>
          <b>You are looking at a recording.</b> Running your own code needs about 18 MB once.
        </p>
        <div className="notice__buttons">
          <Button look="primary" onPress={bootEngine}>
            Get the engine, 18 MB
          </Button>
        </div>
      </div>
    )
  }
  if (status.kind !== 'booting') return null
  const now = bootNumber(status.step)
  return (
    <div className="notice notice--boot">
      <ol className="stages" aria-label="The engine is starting">
        {BOOT_STEPS.map(({ step, name }, index) => {
          const state = index + 1 < now ? 'done' : index + 1 === now ? 'now' : 'later'
          return (
            <li key={step} className={`stages__${state}`}>
              {state === 'done' ? <Icon name="check" size={14} /> : <i aria-hidden="true" />}
              <b>{name}</b>
              <span>{state === 'later' ? '' : (texts[step] ?? '')}</span>
              <span className="sr-only">
                {state === 'done' ? ', done' : state === 'now' ? ', under way' : ', to come'}
              </span>
            </li>
          )
        })}
      </ol>
      {isWaiting && <p className="stages__waiting">Your run starts as soon as Python is up.</p>}
    </div>
  )
}

/** What the chip in the top bar says in short, and what to do about it. */
function SavingNotice() {
  const words = useApp((s) => savingWords(s.saving))
  if (!words) return null
  return (
    <div className="notice notice--bad">
      <p>{words}</p>
    </div>
  )
}

/** Two tabs with the same program: neither text is lost. */
function RivalNotice() {
  const hasRival = useApp((s) => s.hasRival)
  const takeBack = useApp((s) => s.takeBack)
  const close = useApp((s) => s.closeRival)
  if (!hasRival) return null
  return (
    <div className="notice" role="status">
      <p>
        <b>Another tab has changed this program too.</b> Each tab keeps its own text, and both are saved.
      </p>
      <div className="notice__buttons">
        <Button onPress={takeBack}>Swap with the other one</Button>
        <Button look="quiet" onPress={close}>
          Close
        </Button>
      </div>
    </div>
  )
}

/** The direct lane is explained once. */
function LaneNotice() {
  const status = useApp((s) => s.engineStatus)
  const lane = useApp((s) => s.lane)
  const [isClosed, setIsClosed] = useState(false)
  if (isClosed || status.kind !== 'ready' || laneNow(status, lane).kind !== 'direct') return null
  return (
    <div className="notice">
      <p>
        <b>This window has no service worker.</b> Requests go straight to your app instead. The onion, headers and
        checks are the same; the call does not show in the browser’s own Network panel.
        {lane.why ? ` ${lane.why}` : ''}
      </p>
      <div className="notice__buttons">
        <Button look="quiet" onPress={() => setIsClosed(true)}>
          Understood
        </Button>
      </div>
    </div>
  )
}

function StaleNotice() {
  const words = useStaleWords()
  const hasTrouble = useApp((s) => s.trouble !== null)
  const isRunning = useApp((s) => s.phase !== 'idle')
  if (!words || hasTrouble || isRunning) return null
  return (
    <div className="notice notice--slim" role="status">
      <p>{words}</p>
    </div>
  )
}

/** Says that what is drawn is not of the text in the editor. */
function useStaleWords(): string | null {
  const shown = useApp((s) => s.shown)
  const files = useApp((s) => s.files)
  if (!shown) return null
  const what = changedSince(shown.files, files)
  return what ? staleWords(what, shown.source) : null
}
