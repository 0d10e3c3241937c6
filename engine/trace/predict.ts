// A guess of what a request will meet, laid beside what it met: what was right, and where the two first part. Pure.
import type { ExchangeView, RingView } from './model'

/** What somebody expects of one request before it is sent. */
export interface Prediction {
  /** Id of the innermost ring that the request comes to. */
  readonly ring: string
  /** What happens there. */
  readonly ending: 'answers' | 'raises'
  /** Status that the client gets; null where no guess was made. */
  readonly status: number | null
  /** Names of response headers that are expected on the wire, lower case. */
  readonly headers: readonly string[]
}

/** One part of a guess with its outcome. */
export interface Judged {
  readonly part: 'path' | 'ending' | 'status' | 'header'
  readonly isRight: boolean
  /** One sentence: what was expected, and what came. */
  readonly says: string
}

export interface PredictionResult {
  /** In the order in which a request meets them. */
  readonly judged: readonly Judged[]
  /** Id of the ring at which guess and run part; null where the path is right. */
  readonly partsAt: string | null
}

/** Judges a guess by what happened. */
export function judgePrediction(prediction: Prediction, view: ExchangeView): PredictionResult {
  const guessed = view.rings.findIndex(({ id }) => id === prediction.ring)
  const real = view.rings[view.turn]
  const judged: Judged[] = [judgePath(prediction, view, guessed)]
  const isThere = guessed === view.turn
  if (isThere && real) judged.push(judgeEnding(prediction, real))
  if (prediction.status !== null) judged.push(judgeStatus(prediction.status, view))
  judged.push(...prediction.headers.map((name) => judgeHeader(name, view)))
  return { judged, partsAt: isThere ? null : (view.rings[Math.min(view.turn, Math.max(0, guessed))]?.id ?? null) }
}

function judgePath({ ring }: Prediction, view: ExchangeView, guessed: number): Judged {
  const real = view.rings[view.turn]
  const name = nameOf(view.rings[guessed]) ?? ring
  const end = nameOf(real) ?? 'the browser'
  if (guessed === view.turn) return { part: 'path', isRight: true, says: `The request comes as far as ${end}.` }
  if (guessed < 0) {
    return {
      part: 'path',
      isRight: false,
      says: `${name} is no layer of this app; the request comes as far as ${end}.`,
    }
  }
  const says =
    guessed > view.turn
      ? `You let it come to ${name}; it turns round in ${end}, before that.`
      : `You let it turn round in ${name}; it goes on to ${end}.`
  return { part: 'path', isRight: false, says }
}

/** An endpoint that nobody came to has no name yet. */
function nameOf(ring: RingView | undefined): string | undefined {
  return ring?.role === 'endpoint' && !ring.reached ? 'the endpoint' : ring?.name
}

function hasRaised(ring: RingView): boolean {
  return ring.error?.fate === 'raised' && !ring.error.late
}

function judgeEnding({ ending }: Prediction, ring: RingView): Judged {
  const raised = hasRaised(ring)
  const what = raised
    ? `raises ${ring.error?.error.type ?? 'an exception'}`
    : ring.response.status === null
      ? 'gives no answer'
      : 'answers'
  const isRight = ending === 'raises' ? raised : !raised && ring.response.status !== null
  const guess = ending === 'raises' ? 'an exception' : 'an answer'
  return {
    part: 'ending',
    isRight,
    says: isRight ? `${ring.name} ${what}.` : `You expected ${guess} there; ${ring.name} ${what}.`,
  }
}

function judgeStatus(status: number, { outcome }: ExchangeView): Judged {
  const isRight = outcome.status === status
  const came = outcome.status === null ? 'no answer comes' : `${outcome.status} comes`
  return { part: 'status', isRight, says: isRight ? `The status is ${status}.` : `You expected ${status}; ${came}.` }
}

function judgeHeader(name: string, { responseHeaders, rings }: ExchangeView): Judged {
  // On the wire: what the server let out, before a browser hides anything.
  const server = rings.findIndex(({ role }) => role === 'server')
  const wire = responseHeaders[server] ?? responseHeaders.find((headers) => headers !== null) ?? []
  const isRight = wire.some(([one]) => one.toLowerCase() === name)
  return {
    part: 'header',
    isRight,
    says: isRight ? `${name} is on the response.` : `You expected ${name}; the response does not carry it.`,
  }
}
