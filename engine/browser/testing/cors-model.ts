// The modelled browser's side of a case for CORS: the whole user agent, against the same answers as Chromium.
import type { BrowserTurn, Exchange, HeaderList, Page } from '../../protocol'
import { toBodyText } from '../../requests'
import { Agent } from '../agent'
import { toPageRequest } from '../cases/to-page-request'
import { EPOCH_MS } from '../clock'
import { EMPTY_STATE } from '../memory'
import { answersOf, answerTo, withoutPort, type Answers } from './answers'
import type { SeenRequest } from './far-end'
import {
  isAsk,
  NOTHING_SEEN,
  type AskStep,
  type CaseSeen,
  type FetchSeen,
  type LiveCase,
  type StepSeen,
} from './live-case'

/** Does a case at the times at which Chromium did its steps. */
export function runCorsModel(live: LiveCase, times: readonly number[], withPort: (url: string) => string): CaseSeen {
  const agent = new Agent({ ...EMPTY_STATE, settings: { thirdPartyCookies: live.thirdPartyCookies } })
  let page = ''
  const steps = live.steps.map((step, index): StepSeen => {
    const atMs = times[index] ?? 0
    if (!isAsk(step)) return { ...NOTHING_SEEN, atMs }
    const url = withPort(step.hops[0]?.url ?? '')
    if (step.by === 'goto') {
      page = url
      return { ...NOTHING_SEEN, atMs }
    }
    const ask = { agent, answers: answersOf(step, withPort, EPOCH_MS + atMs), atMs, url }
    return { ...NOTHING_SEEN, atMs, ...play(step, { url: page, sandboxed: step.by === 'sandbox' }, ask) }
  })
  return { steps, jar: [] }
}

interface Ask {
  readonly agent: Agent
  readonly answers: Answers
  readonly atMs: number
  readonly url: string
}

function play({ init = {} }: AskStep, page: Page, { agent, answers, atMs, url }: Ask): Partial<StepSeen> {
  const asked: SeenRequest[] = []
  let turn: BrowserTurn = agent.begin(0, toPageRequest({ ...init, url }, page, 0), atMs)
  while (turn.wire) {
    const { method, headers: lines, body } = turn.wire
    const headers: HeaderList = lines.map(([name, value]) => [name.toLowerCase(), value])
    const answer = answerTo(answers, { method, url: turn.wire.url, headers })
    const { status } = answer
    asked.push({ method, url: withoutPort(turn.wire.url), headers, bodyBytes: Buffer.byteLength(body.text), status })
    turn = agent.next(0, toExchange(answer), atMs)
  }
  const { done } = turn
  if (!done) throw new Error('A fetch that is over has an end.')
  return { asked, got: gotOf(done), fate: { outcome: done.outcome, category: done.category, console: done.console } }
}

function toExchange({ status, headers, body }: ReturnType<typeof answerTo>): Exchange {
  const { text, encoding } = toBodyText(body)
  const request = { method: '', url: '', headers: [], body: '', bodyEncoding: 'utf8' } as const
  const response = { status, reason: '', headers, body: text, bodyEncoding: encoding }
  return { from: 0, title: '', request, response, error: null, startedAt: 0, endedAt: 0 }
}

function gotOf({ response, exception }: NonNullable<BrowserTurn['done']>): FetchSeen {
  if (!response) return { error: exception ? `${exception.name}: ${exception.message}` : '' }
  const { type, status, url, redirected, headers, body } = response
  return { type, status, url, redirected, headers, body: body.text }
}
