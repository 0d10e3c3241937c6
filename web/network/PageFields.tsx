// What a browser does for a request: its page, and the options of its fetch. Each field is a `# @key value` line of the file.
import type { RequestText } from '../../engine/requests'
import { DocumentFields, FETCH_OPTIONS, PageSelect, readPageChoice, settingOf, withPage, withSetting } from '../browser'

export function PageFields(props: {
  readonly settings: RequestText['settings']
  readonly isSocket: boolean
  readonly onChange: (settings: RequestText['settings']) => void
}) {
  const { settings, isSocket, onChange } = props
  const choice = readPageChoice(settings)
  return (
    <div className="form__page">
      <div className="form__row">
        <PageSelect settings={settings} onChange={onChange} />
        {choice.kind === 'page' && (
          <label className="form__option form__option--check">
            <input
              type="checkbox"
              checked={choice.isSandboxed}
              onChange={(event) => onChange(withPage(settings, { ...choice, isSandboxed: event.target.checked }))}
            />
            Sandboxed
          </label>
        )}
      </div>
      {choice.kind === 'page' && <DocumentFields settings={settings} onChange={onChange} />}
      {choice.kind === 'page' && !isSocket && (
        <div className="form__row">
          {FETCH_OPTIONS.map(({ key, name, usual, values }) => (
            <label className="form__option" key={key}>
              <span>{name}</span>
              <select
                className="field"
                value={settingOf(settings, key) ?? ''}
                onChange={(event) => onChange(withSetting(settings, key, event.target.value || null))}
              >
                <option value="">as usual ({usual})</option>
                {values.map((value) => (
                  <option key={value} value={value}>
                    {value}
                  </option>
                ))}
              </select>
            </label>
          ))}
        </div>
      )}
    </div>
  )
}
