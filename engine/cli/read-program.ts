// Reads a learner's program from disk, as the page has it in its editor.
import { isUtf8 } from 'node:buffer'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { SourceFiles } from '../protocol'

/** Folders and files that are no part of a program (of those with a dot `.env` is), and a size above which a file is none. */
const SKIPPED = /^(\.(?!env(\.|$))|__pycache__$|node_modules$|venv$|env$|dist$|build$)/
const TEXT = /^\.env|\.(py|pyi|txt|json|toml|yaml|yml|ini|cfg|env|md|html|css|js|csv|http)$/
const MAX_BYTES = 1 << 20
const MAX_FILES = 500

/** Bad input: `message` is one line for stderr. */
export class InputError extends Error {
  override readonly name = 'InputError'
}

export interface ProgramOnDisk {
  readonly folder: string
  readonly entry: string
  readonly files: SourceFiles
}

/**
 * Reads `main.py` of a folder or the named file, with all text files beside and below it.
 * @throws {InputError} when there is no such file
 */
export function readProgram(path: string): ProgramOnDisk {
  if (!existsSync(path)) throw new InputError(`${path}: no such file or folder`)
  const isFolder = statSync(path).isDirectory()
  const folder = isFolder ? path : dirname(path)
  const entry = isFolder ? 'main.py' : basename(path)
  if (!existsSync(join(folder, entry)))
    throw new InputError(`${join(folder, entry)}: no such file; name the file that holds the app`)
  const files: Record<string, string> = { [entry]: readText(folder, entry) }
  collect(folder, '', files)
  return { folder, entry, files }
}

function collect(folder: string, prefix: string, files: Record<string, string>): void {
  for (const item of readdirSync(join(folder, prefix), { withFileTypes: true })) {
    if (SKIPPED.test(item.name) || Object.keys(files).length >= MAX_FILES) continue
    const name = prefix ? `${prefix}/${item.name}` : item.name
    if (item.isDirectory()) collect(folder, name, files)
    else if (item.isFile() && TEXT.test(item.name) && statSync(join(folder, name)).size <= MAX_BYTES) {
      files[name] ??= readText(folder, name)
    }
  }
}

/** Python itself refuses a file of its own that is not UTF-8; of others the bytes that are not are shown as such. */
function readText(folder: string, name: string): string {
  const bytes = readFileSync(join(folder, name))
  const text = bytes.toString('utf8')
  if (name.endsWith('.py') && !isUtf8(bytes)) {
    const line = text.slice(0, text.indexOf('\ufffd')).split('\n').length
    throw new InputError(`${join(folder, name)}: line ${line} is not UTF-8 text; save the file as UTF-8 and run again`)
  }
  return text
}
