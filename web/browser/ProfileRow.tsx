// What a Run begins with, and the browser's one preference. Says what holds.
import { useApp } from '../store'

export function ProfileRow() {
  const keeps = useApp((s) => s.keepsBrowser)
  const setKeeps = useApp((s) => s.setKeepsBrowser)
  const thirdParty = useApp((s) => s.thirdPartyCookies)
  const setThirdParty = useApp((s) => s.setThirdPartyCookies)
  return (
    <div className="bp__profile">
      <label className="bp__check">
        <input type="checkbox" checked={keeps} onChange={(event) => setKeeps(event.target.checked)} />
        Keep cookies and caches from Run to Run
      </label>
      <p className="bp__small">
        {keeps
          ? 'The next Run begins with the browser as it stands now.'
          : 'The next Run begins with a fresh browser. Send goes on with this one.'}
      </p>
      <label className="bp__check">
        <input type="checkbox" checked={thirdParty} onChange={(event) => setThirdParty(event.target.checked)} />
        Allow third-party cookies
      </label>
      <p className="bp__small">
        {thirdParty
          ? 'Cookies go along with requests to another site, if they are SameSite None and Secure.'
          : 'No cookie goes along with a request to another site, whatever its SameSite says.'}
      </p>
    </div>
  )
}
