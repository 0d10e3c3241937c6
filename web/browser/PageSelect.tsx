// Where a request comes from: a page to stand on, or none. Writes nothing itself; gives the changed settings.
import { useEffect, useState } from 'react'
import { offeredPage, PAGES, readPageChoice, withPage } from './page-settings'

type Settings = readonly (readonly [key: string, value: string])[]

const OWN = 'own'

export function PageSelect(props: { readonly settings: Settings; readonly onChange: (settings: Settings) => void }) {
  const { settings, onChange } = props
  const choice = readPageChoice(settings)
  const offered = offeredPage(choice)
  const [isOwn, setIsOwn] = useState(offered === null)
  // Another request came into view, or its text was typed in the file.
  useEffect(() => setIsOwn(offered === null), [settings, offered])
  const choose = (id: string) => {
    const page = PAGES.find((one) => one.id === id)
    setIsOwn(!page)
    if (page) onChange(withPage(settings, page.choice))
    else if (choice.kind === 'plain') onChange(withPage(settings, { kind: 'page', url: OWN_URL, isSandboxed: false }))
  }
  return (
    <>
      <select
        className="field page-select"
        aria-label="Page"
        value={isOwn ? OWN : (offered?.id ?? OWN)}
        onChange={(event) => choose(event.target.value)}
      >
        {PAGES.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
        <option value={OWN}>A page of your own</option>
      </select>
      {isOwn && choice.kind === 'page' && (
        <input
          className="field field--mono page-select__own"
          aria-label="URL of the page"
          spellCheck={false}
          inputMode="url"
          value={choice.url}
          onChange={(event) => onChange(withPage(settings, { ...choice, url: event.target.value }))}
        />
      )}
    </>
  )
}

const OWN_URL = 'https://your.page.test'
