// The modelled browser's side of a case for all ways to ask: the whole user agent, against the same answers as Chromium.
import type { BrowserTurn, Exchange, HeaderList } from '../../protocol'
import { fromBodyText, toBodyText } from '../../requests'
import { Agent } from '../agent'
import { toPageRequest } from '../cases/to-page-request'
import { EPOCH_MS } from '../clock'
import { EMPTY_STATE } from '../memory'
import { answersOf, answerTo, withoutPort } from './answers'
import type { SeenRequest } from './far-end'
import { isAsk, NOTHING_SEEN, type CaseSeen, type LiveCase, type StepSeen } from './live-case'

/** Does a case at the times at which Chromium did its steps. */
export function runKindsModel(live: LiveCase, times: readonly number[], withPort: (url: string) => string): CaseSeen {
  const isSpoken = (url: string): boolean => withPort(url) === new URL(url).href
  const agent = new Agent({ ...EMPTY_STATE, settings: { thirdPartyCookies: live.thirdPartyCookies } }, isSpoken)
  let page = ''
  const steps = live.steps.map((step, index): StepSeen => {
    const atMs = times[index] ?? 0
    if (!isAsk(step)) return { ...NOTHING_SEEN, atMs }
    const url = withPort(step.hops[0]?.url ?? '')
    if (step.by === 'goto') {
      page = url
      return { ...NOTHING_SEEN, atMs }
    }
    const answers = answersOf(step, withPort, EPOCH_MS + atMs)
    const asked: SeenRequest[] = []
    const ask = toPageRequest({ ...step.request, url }, { url: page, sandboxed: step.sandboxed ?? false }, 0)
    let turn: BrowserTurn = agent.begin(0, ask, atMs)
    while (turn.wire) {
      const { method, headers: lines, body } = turn.wire
      const headers: HeaderList = lines.map(([name, value]) => [name.toLowerCase(), value])
      const answer = answerTo(answers, { method, url: turn.wire.url, headers })
      const { status } = answer
      const bodyBytes = Buffer.byteLength(body.text, body.encoding === 'base64' ? 'base64' : 'utf8')
      asked.push({ method, url: withoutPort(turn.wire.url), headers, bodyBytes, status })
      turn = agent.next(0, toExchange(answer), atMs)
    }
    const { done } = turn
    if (!done) throw new Error('A request that is over has an end.')
    const { response, exception, outcome, category, console } = done
    const isRead = response !== null && outcome === 'ok'
    return {
      ...NOTHING_SEEN,
      atMs,
      asked,
      seen: {
        event: null,
        protocol: null,
        status: isRead ? response.status : null,
        headers: isRead ? response.headers : null,
        body: isRead ? new TextDecoder().decode(fromBodyText(response.body)) : null,
        error: exception && `${exception.name}: ${exception.message}`,
      },
      fate: { outcome, category, console },
    }
  })
  return { steps, jar: [] }
}

function toExchange({ status, headers, body }: ReturnType<typeof answerTo>): Exchange {
  const { text, encoding } = toBodyText(body)
  const request = { method: '', url: '', headers: [], body: '', bodyEncoding: 'utf8' } as const
  const response = { status, reason: '', headers, body: text, bodyEncoding: encoding }
  return { from: 0, title: '', request, response, error: null, startedAt: 0, endedAt: 0 }
}
