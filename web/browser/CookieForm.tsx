// A cookie field by field. What no browser would store is refused with its reason.
import { useState } from 'react'
import type { StoredCookie } from '../../engine/protocol'
import { Button } from '../ui'
import { refuseDraft, type CookieDraft } from './memory'

export function CookieForm(props: {
  readonly draft: CookieDraft
  readonly onSave: (draft: CookieDraft) => void
  readonly onCancel: () => void
}) {
  const { onSave, onCancel } = props
  const [draft, setDraft] = useState(props.draft)
  const [refusal, setRefusal] = useState<string | null>(null)
  const change = (part: Partial<CookieDraft>) => {
    setRefusal(null)
    setDraft({ ...draft, ...part })
  }
  const save = () => {
    const why = refuseDraft(draft)
    setRefusal(why)
    if (!why) onSave(draft)
  }
  return (
    <form
      className="cookie-form"
      aria-label={props.draft.name ? `Cookie ${props.draft.name}` : 'New cookie'}
      onSubmit={(event) => {
        event.preventDefault()
        save()
      }}
    >
      <Text label="Name" value={draft.name} isFirst onChange={(name) => change({ name })} />
      <Text label="Value" value={draft.value} onChange={(value) => change({ value })} />
      <Text label="Domain" value={draft.domain} onChange={(domain) => change({ domain })} />
      <Text label="Path" value={draft.path} onChange={(path) => change({ path })} />
      <label className="cookie-form__field">
        <span>SameSite</span>
        <select
          className="field"
          value={draft.sameSite}
          onChange={(event) => change({ sameSite: event.target.value as StoredCookie['sameSite'] })}
        >
          <option value="unspecified">not said</option>
          <option value="lax">Lax</option>
          <option value="strict">Strict</option>
          <option value="none">None</option>
        </select>
      </label>
      <Text
        label="Seconds left, empty for a session"
        value={draft.seconds}
        onChange={(seconds) => change({ seconds })}
      />
      <div className="cookie-form__row">
        <label className="bp__check">
          <input
            type="checkbox"
            checked={draft.secure}
            onChange={(event) => change({ secure: event.target.checked })}
          />
          Secure
        </label>
        <label className="bp__check">
          <input
            type="checkbox"
            checked={draft.httpOnly}
            onChange={(event) => change({ httpOnly: event.target.checked })}
          />
          HttpOnly
        </label>
        <span className="spacer" />
        <Button look="quiet" onPress={onCancel}>
          Cancel
        </Button>
        <Button type="submit">Save the cookie</Button>
      </div>
      {refusal && (
        <p className="bp__refusal cookie-form__row" role="alert">
          {refusal}
        </p>
      )}
    </form>
  )
}

function Text(props: {
  readonly label: string
  readonly value: string
  readonly isFirst?: boolean
  readonly onChange: (value: string) => void
}) {
  const { label, value, isFirst = false, onChange } = props
  return (
    <label className="cookie-form__field">
      <span>{label}</span>
      <input
        className="field field--mono"
        value={value}
        spellCheck={false}
        autoCapitalize="off"
        autoFocus={isFirst}
        onChange={(event) => onChange(event.target.value)}
      />
    </label>
  )
}
