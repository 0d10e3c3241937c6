// Door of the code pane. Monaco itself is behind a dynamic import in `CodeEditor.tsx`.
export { CodePane } from './CodePane'
export { RunButton } from './RunButton'
