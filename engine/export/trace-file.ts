// A run as a JSON file that says which schema it follows.
import type { RunDocument } from '../protocol'

/** Goes up when a document of the version before would no longer fit the schema. */
export const TRACE_VERSION = 1

/** Where the schema lies, beside the page. */
export const TRACE_SCHEMA_FILE = 'trace.schema.json'

/** What is exported: the document as it is, with its schema. */
export interface TraceFile extends RunDocument {
  readonly $schema: string
  readonly version: typeof TRACE_VERSION
}

/** @param schemaUrl  absolute address of the published schema */
export function writeTrace(document: RunDocument, schemaUrl: string): string {
  const file: TraceFile = { $schema: schemaUrl, version: TRACE_VERSION, ...document }
  return `${JSON.stringify(file, null, 1)}\n`
}
