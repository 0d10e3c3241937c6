import { expect, test } from 'vitest'
import { rewriteLocation } from './location'

test.for([
  ["location = '/a'", "__peelLocation = '/a'"],
  ['window.location.href + document.location', 'window.__peelLocation.href + document.__peelLocation'],
  ['go({ location, at: 1 })', 'go({ location: __peelLocation, at: 1 })'],
  ['a.location; ({ location: 1 }); "location"', 'a.location; ({ location: 1 }); "location"'],
  ['const location = 1; f(location, window.location)', 'const location = 1; f(location, window.__peelLocation)'],
  ['const { location } = response', 'const { location } = response'],
  ['(location) => location.x', '(location) => location.x'],
  ['if (a) return location.reload()', 'if (a) return __peelLocation.reload()'],
  ['location is no program', 'location is no program'],
] as const)('%s becomes %s', ([source, rewritten]) => {
  expect(rewriteLocation(source)).toBe(rewritten)
})
