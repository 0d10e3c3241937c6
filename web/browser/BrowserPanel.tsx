// The modelled browser: the page a request comes from, what the browser decided, what it remembers, what it did.
import { Tab, TabPanel, Tabs } from 'react-aria-components'
import { useApp, type BrowserTab } from '../store'
import { TabRow } from '../ui'
import './browser.css'
import { Caches } from './Caches'
import { Cookies } from './Cookies'
import { History } from './History'
import { PageAndWire } from './PageAndWire'
import { PageRow } from './PageRow'
import { ProfileRow } from './ProfileRow'
import { Verdict } from './Verdict'

export function BrowserPanel() {
  const tab = useApp((s) => s.browserTab)
  const show = useApp((s) => s.showBrowserTab)
  const cookies = useApp((s) => s.latest?.browser?.cookies.length ?? 0)
  const fetches = useApp((s) => s.latest?.fetches?.length ?? 0)
  return (
    <div className="bp">
      <PageRow />
      <Tabs className="bp__tabs" selectedKey={tab} onSelectionChange={(key) => show(key as BrowserTab)}>
        <TabRow className="bp__list" aria-label="Browser panel">
          <Tab className="bp__tab" id="verdict">
            Verdict
          </Tab>
          <Tab className="bp__tab" id="wire">
            Page and wire
          </Tab>
          <Tab className="bp__tab" id="cookies">
            Cookies <span className="tab__count num">{cookies}</span>
          </Tab>
          <Tab className="bp__tab" id="caches">
            Caches
          </Tab>
          <Tab className="bp__tab" id="history">
            History <span className="tab__count num">{fetches}</span>
          </Tab>
        </TabRow>
        <TabPanel className="bp__panel" id="verdict">
          <Verdict />
        </TabPanel>
        <TabPanel className="bp__panel" id="wire">
          <PageAndWire />
        </TabPanel>
        <TabPanel className="bp__panel" id="cookies">
          <Cookies />
          <ProfileRow />
        </TabPanel>
        <TabPanel className="bp__panel" id="caches">
          <Caches />
          <ProfileRow />
        </TabPanel>
        <TabPanel className="bp__panel" id="history">
          <History />
        </TabPanel>
      </Tabs>
    </div>
  )
}
