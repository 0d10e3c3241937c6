// What goes on at a moment of a session in plain sentences: who has the loop, who waits for it, who sleeps. Pure.
import type { Ms, Place, TraceEvent } from '../protocol'
import { eventWords } from './event-words'
import {
  comparePoints,
  holdAt,
  lanesAt,
  type Lane,
  type LaneNow,
  type LanesView,
  type TimePoint,
  type Wait,
} from './lanes'
import type { Sentence, SentencePart } from './narrate'
import { listWords } from './words'

/** The text of a line of the learner's, or null where it is not there. */
export type CodeOf = (place: Place) => string | null

/** Names beyond this many are counted. */
const MOST_NAMES = 3
const CODE_CHARS = 44

const t = (text: string): SentencePart => ({ kind: 'text', text })
const b = (text: string): SentencePart => ({ kind: 'strong', text })
const c = (text: string): SentencePart => ({ kind: 'code', text })

/** `400 ms`, `612.3 ms`. */
export function msWords(ms: Ms): string {
  return `${Number(ms.toFixed(1))} ms`
}

/** What a line does that takes time, without what it is assigned to: `time.sleep(0.5)`. */
function callIn(line: string): string {
  const text = line.trim().replace(/^(return|await|yield)\s+/, '')
  const call =
    /(?:await\s+)?([\w.]*(?:sleep|wait|acquire|gather|recv|receive\w*|get|join)\([^()]*(?:\([^()]*\)[^()]*)*\))/.exec(
      text,
    )
  const short = call?.[1] ?? text.replace(/^(async\s+)?(with|for)\s+/, '').replace(/:$/, '')
  return short.length > CODE_CHARS ? `${short.slice(0, CODE_CHARS - 1)}…` : short
}

function codeAt(wait: Wait, code: CodeOf): string | null {
  const line = wait.place && code(wait.place)
  return line ? callIn(line) : null
}

/** The same moment said of one lane, for a list: `Could go on since 400 ms. Waits 200 ms more.` */
export function stateWords({ lane, state, wait }: LaneNow, moment: TimePoint): string {
  const since = wait ? msWords(wait.from.at) : ''
  const until = wait ? msWords(wait.to.at) : ''
  switch (state) {
    case 'unsent':
      return lane.sentAt > moment.at ? `Is sent at ${msWords(lane.sentAt)}.` : 'Is not sent yet.'
    case 'arrived':
      return `Its bytes lie there since ${since}. The loop is taken until ${until}.`
    case 'late':
      return `Could go on since ${since}. Waits for the loop until ${until}.`
    case 'block':
      return `Holds the loop from ${since} to ${until}.`
    case 'sleep':
      return `Waits until ${until}. The loop is free for others.`
    case 'thread':
      return `A thread works for it until ${until}.`
    case 'run':
      return 'Has the loop.'
    case 'turn':
      return 'Goes on within this same instant.'
    case 'over':
      return lane.status === null
        ? `Over at ${msWords(lane.to.at)}, without an answer.`
        : `Answered ${lane.status}, over at ${msWords(lane.to.at)}.`
  }
}

/** What a lane does from its beginning to its end, for those who cannot see it. */
export function laneWords(lane: Lane): string {
  const kinds = {
    sleep: 'waits',
    late: 'could go on but the loop is taken',
    arrived: 'lies unread because the loop is taken',
    block: 'holds the loop',
    thread: 'works in a thread',
  } as const
  const waits = lane.waits
    .slice(0, 6)
    .map((wait) => `${kinds[wait.kind]} from ${msWords(wait.from.at)} to ${msWords(wait.to.at)}`)
  const rest = lane.waits.length - waits.length
  if (rest > 0) waits.push(`${rest} more waits`)
  const ends = lane.status === null ? 'no answer' : `${lane.status}`
  const messages = lane.ticks.length > 0 ? `; ${lane.ticks.length} messages` : ''
  const begins = `${lane.letter}, ${lane.method} ${lane.target}: from ${msWords(lane.sentAt)} to ${msWords(lane.to.at)}, ${ends}`
  return `${begins}${messages}${waits.length > 0 ? `; ${listWords(waits)}` : ''}`
}

function letters(nows: readonly LaneNow[]): SentencePart[] {
  const shown = nows.length > MOST_NAMES + 1 ? nows.slice(0, MOST_NAMES) : nows
  const rest = nows.length - shown.length
  const items = [...shown.map(({ lane }) => b(lane.letter)), ...(rest > 0 ? [t(`${rest} more`)] : [])]
  return items.flatMap((item, i) => (i === 0 ? [item] : [t(i === items.length - 1 ? ' and ' : ', '), item]))
}

/**
 * The sentence of a moment: at most three, the first of who has the loop or whose wait begins here.
 * @param event what happened last, in words of its own where somebody simply runs
 */
export function narrateLanes(view: LanesView, moment: TimePoint, event: TraceEvent | null, code: CodeOf): Sentence {
  const nows = lanesAt(view, moment)
  const hold = holdAt(view, moment)
  const at = t(`At ${msWords(moment.at)} `)
  const begins = nows.find(({ wait }) => wait && comparePoints(wait.from, moment) === 0)
  const blocker = nows.find(({ state }) => state === 'block')
  const of = (state: LaneNow['state']) => nows.filter((now) => now.state === state && now !== begins)
  const said: SentencePart[] = [at]
  if (begins?.wait && begins !== blocker) said.push(...sayBegin(begins, begins.wait, blocker, code))
  else if (blocker?.wait) said.push(...sayBlock(blocker, blocker.wait, code), t('.'))
  else if (hold) {
    const who = nows.find(({ lane }) => lane.exchange === hold.exchange)
    said.push(who ? b(who.lane.letter) : t('the server itself'), t(' has the loop'))
    said.push(t(event ? `: ${eventWords(event)}.` : '.'))
  } else said.push(t('nobody has the loop. It is free.'))
  const late = [...of('late'), ...of('arrived')]
  if (late.length > 0)
    said.push(
      t(' '),
      ...letters(late),
      t(`${late.length === 1 ? ' could go on, and waits' : ' could go on, and wait'} for the loop.`),
    )
  const asleep = of('sleep')
  if (asleep.length > 0 && late.length === 0)
    said.push(
      t(' '),
      ...letters(asleep),
      t(
        asleep.length === 1
          ? ` waits until ${msWords(asleep[0]?.wait?.to.at ?? 0)}.`
          : ' wait, and leave the loop to others.',
      ),
    )
  const threads = of('thread')
  if (threads.length > 0)
    said.push(
      t(' '),
      t(threads.length === 1 ? 'A thread works for ' : 'Threads work for '),
      ...letters(threads),
      t('.'),
    )
  return said
}

function sayBlock({ lane }: LaneNow, wait: Wait, code: CodeOf): SentencePart[] {
  const text = codeAt(wait, code)
  const doing = text ? [t(' sits in '), c(text), t(' and holds the loop')] : [t(' holds the loop')]
  return [b(lane.letter), ...doing, t(` until ${msWords(wait.to.at)}`)]
}

function sayBegin({ lane, state }: LaneNow, wait: Wait, blocker: LaneNow | undefined, code: CodeOf): SentencePart[] {
  const text = codeAt(wait, code)
  const until = msWords(wait.to.at)
  switch (state) {
    case 'late':
    case 'arrived': {
      const lead =
        state === 'late' ? [b(lane.letter), t(' could go on')] : [t('the bytes of '), b(lane.letter), t(' are there')]
      if (!blocker?.wait) return [...lead, t(`, but the loop is taken until ${until}.`)]
      return [...lead, t(', but '), ...sayBlock(blocker, blocker.wait, code), t('.')]
    }
    case 'thread':
      return [
        t('a thread takes up '),
        c(wait.runs ?? 'the work'),
        t(' for '),
        b(lane.letter),
        t(`, until ${until}. The loop is free.`),
      ]
    default:
      return [
        b(lane.letter),
        t(' waits'),
        ...(text ? [t(' in '), c(text)] : []),
        t(` until ${until}, and leaves the loop to others.`),
      ]
  }
}
