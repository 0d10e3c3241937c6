// Door of the room that reads and writes `.http` files.
export { parseHttpFile, type ParseOptions } from './parse'
export { formatHttpFile, replaceRequest, appendRequest, removeRequest } from './format'
export { bodyBytes, fromBodyText, toBodyText } from './bytes'
export { HttpFileError, type HttpFile, type HttpRequest, type RequestText } from './types'
