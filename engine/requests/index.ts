// Door of the room that reads and writes `.http` files.
export { parseHttpFile } from './parse'
export { replaceRequest, appendRequest, removeRequest } from './format'
export { bodyBytes } from './bytes'
export { HttpFileError, type HttpFile, type HttpRequest, type RequestText } from './types'
