// Says in one sentence that Node is too old, before anything else is loaded. Import it first.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
const isEnough = major > 20 || (major === 20 && minor >= 19)

if (!isEnough) {
  console.error(`\n  Peel needs Node 20.19 or newer; this is Node ${process.versions.node}.`)
  console.error('  Install a newer one from nodejs.org or your version manager, then run this again.\n')
  process.exit(1)
}
