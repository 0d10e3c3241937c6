// Runs the package's own tests inside the interpreter that it is made for:
// `npx tsx engine/python/run-in-pyodide.ts [--fastapi VERSION] [pytest arguments]`.
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { loadPyodide } from 'pyodide'
import { ENGINE_FOLDER, PYODIDE_FOLDER } from '../assets/folder'
import { prepare } from '../assets/prepare'
import { NEWEST } from '../assets/versions'

const here = import.meta.dirname
const SITE_PACKAGES = '/lib/python3.14/site-packages'
const pytestArguments = process.argv.slice(2)
const at = pytestArguments.indexOf('--fastapi')
const [, version] = at < 0 ? [] : pytestArguments.splice(at, 2)
const manifest = await prepare((line) => console.log(line), version)
const pyodide = await loadPyodide({
  indexURL: `${PYODIDE_FOLDER}/`,
  env: { HOME: '/home/pyodide', PYTHONHASHSEED: '0' },
  stdout: (line) => console.log(line),
  stderr: (line) => console.log(line),
})
for (const wheel of [...manifest.wheels, ...manifest.testWheels]) {
  pyodide.unpackArchive(new Uint8Array(readFileSync(join(ENGINE_FOLDER, wheel))), 'wheel', {
    extractDir: SITE_PACKAGES,
  })
}
copyIn('peel', `${SITE_PACKAGES}/peel`)
copyIn('tests', '/home/pyodide/tests')
pyodide.FS.writeFile('/home/pyodide/pyproject.toml', readFileSync(join(here, 'pyproject.toml')))
// Packages of their time warn of what this Python no longer likes; with the newest version warnings are errors.
if (manifest.fastapi !== NEWEST.fastapi) pytestArguments.unshift('-W', 'ignore')
pyodide.globals.set('arguments', pyodide.toPy(pytestArguments))
const status = (await pyodide.runPythonAsync(`
import importlib, sys
importlib.invalidate_caches()
import pytest
int(pytest.main(["-p", "no:cacheprovider", "-q", *arguments, "/home/pyodide/tests"]))
`)) as number
process.exit(status)

function copyIn(folder: string, target: string): void {
  pyodide.FS.mkdirTree(target)
  for (const name of readdirSync(join(here, folder), { recursive: true, encoding: 'utf8' })) {
    if (!/\.(py|typed|json|txt)$/.test(name)) continue
    pyodide.FS.mkdirTree(join(target, name, '..'))
    pyodide.FS.writeFile(join(target, name), readFileSync(join(here, folder, name)))
  }
}
