// Door of the room that reads and writes `.http` files.
export { parseHttpFile } from './parse'
export { formatHttpFile, replaceRequest, appendRequest, removeRequest } from './format'
export { PAGE_SETTINGS } from './page-settings'
export { nearestSetting, SETTING_HELP } from './setting-help'
export { bodyBytes, encodeText, fromBodyText, joinBytes, toBodyText } from './bytes'
export { encodeMultipart, type FormPart } from './multipart'
export { HttpFileError, type HttpFile, type HttpRequest, type RequestText } from './types'
