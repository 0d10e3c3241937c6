// The cookie jar: what is in it, a form to change it, and which cookies were not stored or not sent, with the reason.
import { useMemo, useState } from 'react'
import type { BrowserState, StoredCookie } from '../../engine/protocol'
import { useApp } from '../store'
import { Button, Icon, Ticked } from '../ui'
import { CookieForm } from './CookieForm'
import { cookieWords, draftOf, NEW_COOKIE, withCookie, withoutCookie, type CookieDraft } from './memory'
import { cookieNotes } from './readings'
import { SetCookies } from './SetCookies'
import { useMemory } from './use-memory'

/** More than these would bury the newest. */
const MOST_NOTES = 20

export function Cookies() {
  const { state, nowMs, isLive } = useMemory()
  const edit = useApp((s) => s.editBrowser)
  const trouble = useApp((s) => s.browserTrouble)
  const [edited, setEdited] = useState<StoredCookie | 'new' | null>(null)
  if (!state) {
    return (
      <p className="bp__empty">
        No page has used a browser in this session, so there is no jar. Send a page’s request.
      </p>
    )
  }
  const save = (before: StoredCookie | null) => (draft: CookieDraft) => {
    setEdited(null)
    const verb = before ? 'changed' : 'put into the jar'
    void edit(withCookie(state, before, draft, nowMs), `The cookie \`${draft.name}\` is ${verb} by hand.`)
  }
  return (
    <div className="bp__part">
      <div className="bp__head">
        <h4 className="bp__title">Cookie jar</h4>
        {isLive && (
          <Button look="quiet" onPress={() => setEdited('new')}>
            <Icon name="plus" size={14} />
            Cookie
          </Button>
        )}
        {isLive && state.cookies.length > 0 && (
          <Button
            look="quiet"
            onPress={() => void edit({ ...state, cookies: [] }, 'The cookie jar is emptied by hand.')}
          >
            Empty
          </Button>
        )}
      </div>
      {!isLive && (
        <p className="bp__small">The server of this session is not running, so its browser cannot be changed.</p>
      )}
      {trouble && (
        <p className="bp__refusal" role="alert">
          The browser was not changed: {trouble}
        </p>
      )}
      {edited === 'new' && (
        <CookieForm
          draft={{ ...NEW_COOKIE, domain: hostOf(state) }}
          onSave={save(null)}
          onCancel={() => setEdited(null)}
        />
      )}
      {state.cookies.length === 0 && edited !== 'new' ? <p className="bp__small">The jar is empty.</p> : null}
      <ul className="bp__items" aria-label="Cookies">
        {state.cookies.map((cookie) => (
          <li key={[cookie.name, cookie.domain, cookie.path, cookie.partition].join(' ')}>
            {edited === cookie ? (
              <CookieForm draft={draftOf(cookie, nowMs)} onSave={save(cookie)} onCancel={() => setEdited(null)} />
            ) : (
              <Cookie
                cookie={cookie}
                words={cookieWords(cookie, nowMs)}
                isLive={isLive}
                onEdit={() => setEdited(cookie)}
                onDelete={() =>
                  void edit(withoutCookie(state, cookie), `The cookie \`${cookie.name}\` is deleted by hand.`)
                }
              />
            )}
          </li>
        ))}
      </ul>
      <SetCookies />
      <StayedAtHome />
    </div>
  )
}

function Cookie(props: {
  readonly cookie: StoredCookie
  readonly words: string
  readonly isLive: boolean
  readonly onEdit: () => void
  readonly onDelete: () => void
}) {
  const { cookie, words, isLive, onEdit, onDelete } = props
  return (
    <div className="cookie">
      <div className="cookie__text">
        <code className="cookie__pair">
          <b>{cookie.name}</b>={cookie.value}
        </code>
        <span className="bp__small">{words}</span>
      </div>
      {isLive && (
        <>
          <Button look="quiet" icon aria-label={`Edit ${cookie.name}`} onPress={onEdit}>
            <Icon name="pencil" size={14} />
          </Button>
          <Button look="quiet" icon aria-label={`Delete ${cookie.name}`} onPress={onDelete}>
            <Icon name="cross" size={14} />
          </Button>
        </>
      )}
    </div>
  )
}

/** Why a cookie was not stored, or not sent. */
function StayedAtHome() {
  const latest = useApp((s) => s.latest)
  const notes = useMemo(() => (latest ? cookieNotes(latest) : []), [latest])
  if (notes.length === 0) return null
  return (
    <section className="bp__group" aria-label="Not stored, not sent">
      <h4 className="bp__title">Not stored, not sent</h4>
      <ul className="bp__items">
        {notes.slice(0, MOST_NOTES).map((note) => (
          <li key={note.seq}>
            <p>
              <Ticked text={note.text} />
            </p>
            {note.fix && (
              <p className="bp__fix">
                <Ticked text={note.fix} />
              </p>
            )}
            <p className="bp__small">{[note.title, note.source].filter(Boolean).join(', ')}</p>
          </li>
        ))}
      </ul>
      {notes.length > MOST_NOTES && <p className="bp__small">And {notes.length - MOST_NOTES} before these.</p>}
    </section>
  )
}

/** A new cookie is most likely one for the host that has some already. */
function hostOf({ cookies }: BrowserState): string {
  return cookies.at(-1)?.domain ?? 'localhost'
}
