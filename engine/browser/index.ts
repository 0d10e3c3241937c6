// Door of the room that plays the browser.
export { groupRequests } from './prepare'
