// Door of the room for what is taken along: pictures, texts, files of the shown run.
export { ComicPane } from './ComicPane'
export { ShareNoteLine, useShareTools } from './use-share-tools'
export { copyText } from './save'
