// Content hashes, to tell whether something has to be done again. Knows nothing of what is done.
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** @param {string} text */
export const hashText = (text) => createHash('sha256').update(text).digest('hex')

/**
 * One hash over names and contents of files; folders are walked in order of name, absent paths count as absent.
 * @param {string} root
 * @param {readonly string[]} paths  files and folders below root
 * @param {(path: string) => boolean} [skip]  true for what does not count
 */
export function hashFiles(root, paths, skip = () => false) {
  const hash = createHash('sha256')
  const add = (/** @type {string} */ path) => {
    if (skip(path)) return
    const full = join(root, path)
    if (!existsSync(full)) hash.update(`absent ${path}\n`)
    else if (statSync(full).isDirectory()) for (const name of readdirSync(full).sort()) add(`${path}/${name}`)
    else hash.update(`file ${path}\n`).update(readFileSync(full)).update('\n')
  }
  for (const path of paths) add(path)
  return hash.digest('hex')
}
