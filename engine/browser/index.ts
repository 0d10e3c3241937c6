// Door of the room that plays the browser.
export { groupRequests, prepareRequest } from './prepare'
