import { expect, test } from 'vitest'
import { blockWords } from './words'

test.for([
  ['PreflightMissingAllowOriginHeader', 'preflight: no allow-origin'],
  ['MissingAllowOriginHeader', 'no allow-origin header'],
  ['mixed-content', 'https page, http request'],
  ['origin', 'not allowed from this origin'],
  ['csp', 'the page’s own policy'],
  ['network:net::ERR_BLOCKED_BY_CSP', 'the page’s own policy'],
  ['InsecureLocalNetwork', 'too near for this page'],
  ['network:net::ERR_BLOCKED_BY_LOCAL_NETWORK_ACCESS_CHECKS', 'too near for this page'],
  ['integrity', 'hash does not match'],
  ['network:net::ERR_BLOCKED_BY_RESPONSE.NotSameOrigin', 'its CORP keeps it'],
  ['network:net::ERR_BLOCKED_BY_RESPONSE', 'it may not be framed'],
  ['network:net::ERR_NAME_NOT_RESOLVED', 'nobody has that name'],
  ['ScriptType', 'of the wrong type'],
  ['what nobody has named', 'blocked'],
  [null, 'blocked'],
] as const)('what is blocked as %s is «%s» in the margin', ([category, words]) => {
  expect(blockWords(category)).toBe(words)
})
