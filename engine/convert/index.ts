// Door of the room that turns requests into what other tools say, and a curl command line into requests.
export { copyAs, COPY_FORMATS, type CopyFormat, type Copyable } from './copy'
export { pasteCurl, type Pasted } from './curl'
export { ConvertError } from './convert-error'
