import { expect, test } from 'vitest'
import { nearestSetting, parseHttpFile, SETTING_HELP } from '../../engine/requests'
import { offer, settingHelp } from './http-help'

test.for([
  ['# @', 3, 'page'],
  ['# @cre', 3, 'credentials'],
  ['  // @mo', 6, 'mode'],
  ['# @credentials ', 15, 'include'],
  ['# @page https', 8, 'https://app.shop.test'],
] as const)('%j offers from column %i, %s among it', ([before, from, text]) => {
  const offered = offer(before)
  expect(offered?.from).toBe(from)
  expect(offered?.items.map((item) => item.text)).toContain(text)
})

test.for(['GET /', '# a note', '# @sandbox ', '# @nothing x', 'Accept: */*'])('%j offers nothing', (before) => {
  expect(offer(before)).toBeNull()
})

test('a setting is explained wherever the pointer stands on its line', () => {
  expect(settingHelp('# @redirect manual')).toMatch(/^\*\*@redirect\*\* .*`manual`/s)
  expect(settingHelp('# @toString x')).toBeNull()
  expect(settingHelp('GET /')).toBeNull()
})

test('every offered value is one that the file takes', () => {
  for (const [key, { values }] of Object.entries(SETTING_HELP)) {
    for (const value of values) {
      const page = key === 'page' ? '' : '# @page https://app.shop.test\n'
      const { warnings } = parseHttpFile(`${page}# @${key} ${value}\nGET /\n`, { file: 'requests.http' })
      expect([key, value, warnings]).toEqual([key, value, []])
    }
  }
})

test.for([
  ['pgae', 'page'],
  ['credential', 'credentials'],
  ['cahce', 'cache'],
  ['something', null],
] as const)('@%s is most likely %s', ([key, name]) => {
  expect(nearestSetting(key)).toBe(name)
})
