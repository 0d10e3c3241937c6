// What the page's own document says of everything that it asks for. Folded away until somebody needs it; opens by itself
// where the file says something. Writes nothing itself; gives the changed settings.
import { ORIGINS, originOf, withOrigin } from './page-settings'

type Settings = readonly (readonly [key: string, value: string])[]

export function DocumentFields(props: {
  readonly settings: Settings
  readonly onChange: (settings: Settings) => void
}) {
  const { settings, onChange } = props
  const origin = originOf(settings)
  return (
    <details className="document-fields" open={origin !== 'near' || undefined}>
      <summary>The page itself</summary>
      <div className="document-fields__row">
        <label className="form__option">
          <span>It came</span>
          <select
            className="field"
            value={origin}
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
    </details>
  )
}
