// Writes the schema of exported runs into the folder whose files are published as they are.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { schemaText } from '../engine/export/schema'
import { TRACE_SCHEMA_FILE } from '../engine/export'

writeFileSync(join(import.meta.dirname, '..', 'public', TRACE_SCHEMA_FILE), schemaText())
