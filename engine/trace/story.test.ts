import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { RunDocument } from '../protocol'
import { foldExchange } from './fold'
import { listMoments } from './moments'
import { storyAt, storyMarkdown, storyText, tellStory } from './story'
import { viewExchange } from './view'

const recorded = JSON.parse(
  readFileSync(new URL('../../lessons/sample/recorded.json', import.meta.url), 'utf8'),
) as RunDocument
const view = viewExchange(recorded, 0)
const shown = foldExchange(view)
const moments = listMoments(recorded, 0, view)

test('a story has every shown step, in order, and what happened between them where it happened', () => {
  const story = tellStory(shown, moments, false)
  expect(story.filter(({ kind }) => kind === 'step').map(({ standing }) => standing.whole)).toEqual(
    shown.steps.map(({ whole }) => whole),
  )
  const text = storyText('One rye, please', story)
  const lines = text.split('\n')
  expect(lines[0]).toBe('One rye, please')
  expect(lines).toContain('  Tickets prints ticket B1.')
  expect(lines).toContain('[100 ms]   100 ms pass: somebody sleeps, and the loop is free for others.')
  expect(lines.indexOf('  Tickets prints ticket B1.')).toBeLessThan(lines.indexOf('timing passes the request on.'))
  expect(text).not.toMatch(/undefined|line \d+ of main/)
})

test('with lines it has each line that ran, and the one in view is found', () => {
  const story = tellStory(shown, moments, true)
  expect(story.filter(({ kind }) => kind === 'line')).toHaveLength(
    moments.filter(({ event }) => event.kind === 'line' || event.kind === 'return').length,
  )
  for (const [index, line] of story.entries()) expect(storyAt(story, line.standing)).toBe(index)
  // Where lines are not told, a line's place is the step that it leads to.
  const line = story.find(({ kind }) => kind === 'line')
  const plain = tellStory(shown, moments, false)
  const at = line && plain[storyAt(plain, line.standing)]
  expect(at?.kind).toBe('step')
})

test('as Markdown, names and values keep what they are', () => {
  const sentence = [
    { kind: 'strong', text: '__call__' },
    { kind: 'text', text: ' sets ' },
    { kind: 'code', text: 'a`b' },
    { kind: 'text', text: ' to * and ' },
    { kind: 'code', text: '<x>' },
    { kind: 'text', text: '.' },
  ] as const
  const standing = { whole: 0, seq: null }
  expect(storyMarkdown('GET /a_b', [{ standing, kind: 'moment', after: 2, sentence }])).toBe(
    '## GET /a\\_b\n\n  - [2 ms] **\\_\\_call\\_\\_** sets `` a`b `` to \\* and `<x>`.\n',
  )
})
