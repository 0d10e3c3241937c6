// Door of the room with the JavaScript console and the preview.
export { PreviewPane } from './PreviewPane'
export { ScriptPane } from './ScriptPane'
