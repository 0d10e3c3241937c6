// What docks under the code: the response, the console, and the request form, as tabs.
import { Tab, TabPanel, Tabs } from 'react-aria-components'
import { BrowserPanel } from '../browser'
import { PreviewPane, ScriptPane } from '../script'
import { serverWords } from '../app/words'
import { useApp, type DockTab } from '../store'
import { Button, Icon, TabRow } from '../ui'
import { ConsolePane, useConsoleCount } from './ConsolePane'
import './network.css'
import { RequestForm } from './RequestForm'
import { ResponsePane } from './ResponsePane'

/** @param canGrow  where it shares a column with the editor, and can take its height */
export function Dock({ canGrow = false }: { readonly canGrow?: boolean }) {
  const isTall = useApp((s) => s.isDockTall)
  const setTall = useApp((s) => s.setDockTall)
  const dockTab = useApp((s) => s.dockTab)
  const showDock = useApp((s) => s.showDock)
  const server = useApp((s) => (s.engineStatus.kind === 'failed' ? 'stopped' : s.server))
  const count = useConsoleCount()
  return (
    <Tabs className="dock" selectedKey={dockTab} onSelectionChange={(key) => showDock(key as DockTab)}>
      <div className="bar">
        <TabRow aria-label="Result">
          <Tab className="tab" id="response">
            Response
          </Tab>
          <Tab className="tab" id="console">
            Console
            <span className="tab__count num">{count}</span>
          </Tab>
          <Tab className="tab" id="requests">
            Requests
          </Tab>
          <Tab className="tab" id="browser">
            Browser
          </Tab>
          <Tab className="tab" id="script">
            JavaScript
          </Tab>
          <Tab className="tab" id="preview">
            Preview
          </Tab>
        </TabRow>
        <span className="spacer" />
        {server !== 'stopped' && (
          <span className={`dock__server dock__server--${server}`} role="status" aria-label="Server">
            {serverWords(server)}
          </span>
        )}
        {canGrow && (
          <Button
            look="quiet"
            icon
            aria-label={isTall ? 'Give the editor its height back' : 'Let the result take the height of the editor'}
            onPress={() => setTall(!isTall)}
          >
            <Icon name={isTall ? 'down' : 'up'} size={14} />
          </Button>
        )}
      </div>
      <TabPanel className="dock__panel" id="response">
        <section aria-label="Response" className="dock__section">
          <ResponsePane />
        </section>
      </TabPanel>
      <TabPanel className="dock__panel" id="console">
        <section aria-label="Console" className="dock__section">
          <ConsolePane />
        </section>
      </TabPanel>
      <TabPanel className="dock__panel" id="requests">
        <section aria-label="Requests" className="dock__section">
          <RequestForm />
        </section>
      </TabPanel>
      <TabPanel className="dock__panel" id="browser">
        <section aria-label="Browser" className="dock__section">
          <BrowserPanel />
        </section>
      </TabPanel>
      <TabPanel className="dock__panel" id="script">
        <section aria-label="JavaScript" className="dock__section dock__section--full">
          <ScriptPane />
        </section>
      </TabPanel>
      <TabPanel className="dock__panel" id="preview">
        <section aria-label="Preview" className="dock__section dock__section--full">
          <PreviewPane />
        </section>
      </TabPanel>
    </Tabs>
  )
}
