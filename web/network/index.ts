// Door of the room that shows requests, responses and the console.
export { Dock } from './Dock'
export { RequestOptions, useRequestList } from './RequestOptions'
