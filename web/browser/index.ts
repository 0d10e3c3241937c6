// Door of the room that shows the modelled browser.
export { BrowserPanel } from './BrowserPanel'
export { PageSelect } from './PageSelect'
export { DocumentFields } from './DocumentFields'
export { FETCH_OPTIONS, PAGES, pageName, readPageChoice, settingOf, withPage, withSetting } from './page-settings'
