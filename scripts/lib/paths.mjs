// Where things lie in the checkout. Knows nothing of what is in them.
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

// Vite says at each start that its configuration imports files without an extension, which is the house's way.
process.env.VITE_CONFIG_NATIVE_IGNORE_WARNING ??= 'true'

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
/** All that is prepared and git-ignored. */
export const PREPARED = join(ROOT, '.peel')
export const LOGS = join(PREPARED, 'log')
/** Python environment of tests and checks. */
export const VENV = join(PREPARED, 'venv')

/**
 * @param {string} name  package in node_modules
 * @param {string} path  file in it
 */
export const packageFile = (name, path) => join(ROOT, 'node_modules', name, path)
