// `npm run setup`: does what is missing, and nothing twice. Leaves building and serving to `npm start`.
import './lib/node-version.mjs'
import { prepare } from './lib/prepare.mjs'
import { fail } from './lib/steps.mjs'

console.log('\nPeel: setting up')
await prepare().then(
  () => console.log('\nReady. `npm start` opens the page, `npm run dev` serves it with hot reload.'),
  fail,
)
