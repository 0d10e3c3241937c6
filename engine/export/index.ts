// Door of the room that turns a run into what other tools read: diagrams, schemas, commands, a project. Pure.
export { writeMermaid } from './mermaid'
export { writeExchange } from './exchange-text'
export { TRACE_SCHEMA_FILE, writeTrace } from './trace-file'
export { anotherRun } from './another-run'
export { projectFiles, zipFiles, type ProjectInput } from './project'
