// What the page's own document says of everything that it asks for. Folded away until somebody needs it; opens by itself
// where the file says something. Writes nothing itself; gives the changed settings.
import { useEffect, useState } from 'react'
import { REFERRER_POLICIES } from '../../engine/protocol'
import { DOCUMENT, ORIGINS, originOf, settingOf, withOrigin, withSetting } from './page-settings'

type Settings = readonly (readonly [key: string, value: string])[]

export function DocumentFields(props: {
  readonly settings: Settings
  readonly onChange: (settings: Settings) => void
}) {
  const { settings, onChange } = props
  const set = (key: string) => (value: string) => onChange(withSetting(settings, key, value || null))
  const isSet = settings.some(([key]) => key.startsWith('page-'))
  const [isOpen, setIsOpen] = useState(isSet)
  // Another request came into view, or its text was typed in the file. What is emptied by hand stays open.
  useEffect(() => {
    if (isSet) setIsOpen(true)
  }, [isSet])
  return (
    <details className="document-fields" open={isOpen} onToggle={(event) => setIsOpen(event.currentTarget.open)}>
      <summary>The page itself</summary>
      <div className="document-fields__row">
        <label className="form__option">
          <span>It came</span>
          <select
            className="field"
            value={originOf(settings)}
            onChange={(event) => onChange(withOrigin(settings, event.target.value))}
          >
            {ORIGINS.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <p className="document-fields__why">
          A page of the public internet reaches servers on this computer and in its network, such as localhost, only
          over https and with the user’s permission.
        </p>
      </div>
      <div className="document-fields__row">
        <PolicyField value={settingOf(settings, DOCUMENT.csp) ?? ''} onChange={set(DOCUMENT.csp)} />
        <label className="form__option">
          <span>Its Referrer-Policy</span>
          <select
            className="field"
            value={settingOf(settings, DOCUMENT.referrer) ?? ''}
            onChange={(event) => set(DOCUMENT.referrer)(event.target.value)}
          >
            <option value="">as usual (strict-origin-when-cross-origin)</option>
            {REFERRER_POLICIES.map((policy) => (
              <option key={policy} value={policy}>
                {policy}
              </option>
            ))}
          </select>
        </label>
        <p className="document-fields__why">
          Headers that the page’s own server sent with it. What they forbid is never asked, and no header of the other
          server helps: that is not CORS.
        </p>
      </div>
    </details>
  )
}

/** A line of the file drops the spaces at its end; whoever types has them until the next word. */
function PolicyField({ value, onChange }: { readonly value: string; readonly onChange: (value: string) => void }) {
  const [written, setWritten] = useState(value)
  return (
    <label className="form__option document-fields__policy">
      <span>Its Content-Security-Policy</span>
      <input
        className="field field--mono"
        spellCheck={false}
        placeholder="none, such as connect-src 'self'"
        value={written.trim() === value ? written : value}
        onChange={(event) => {
          setWritten(event.target.value)
          onChange(event.target.value.trim())
        }}
      />
    </label>
  )
}
