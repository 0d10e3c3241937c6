// One ask of the modelled browser, answered from a list: for tables of what Chromium was seen to do.
import type { BrowserSettings, BrowserTurn, Exchange, FetchView, HeaderList, Page, PageRequest } from '../../protocol'
import { Agent } from '..'
import { toPageRequest, type CaseRequest } from '../cases/to-page-request'
import { EMPTY_STATE } from '../memory'

export interface Answered {
  readonly status?: number
  readonly headers?: HeaderList
  readonly body?: string
}

export interface AskOptions {
  readonly page?: Page
  readonly settings?: Partial<BrowserSettings>
  /** What is answered, in order; without more an empty 200 that everybody may read. */
  readonly replies?: readonly Answered[]
  readonly more?: Partial<PageRequest['page']>
  readonly agent?: Agent
}

export const SHOP: Page = { url: 'https://app.shop.test/__page', sandboxed: false }

export interface Asked {
  /** `GET https://…` for each thing that was sent. */
  readonly sent: readonly string[]
  readonly wires: readonly NonNullable<BrowserTurn['wire']>[]
  readonly done: Omit<FetchView, 'exchanges' | 'startedAt' | 'endedAt'>
  readonly rules: readonly string[]
}

export function askPage(request: CaseRequest, options: AskOptions = {}): Asked {
  const { page = SHOP, settings, replies = [], more } = options
  const agent = options.agent ?? new Agent({ ...EMPTY_STATE, settings: { ...EMPTY_STATE.settings, ...settings } })
  const asked = toPageRequest(request, page, 0)
  const wires: NonNullable<BrowserTurn['wire']>[] = []
  const rules: string[] = []
  let turn = agent.begin(0, { ...asked, page: { ...asked.page, ...more } }, 0)
  rules.push(...turn.notes.map(({ rule }) => rule))
  for (let at = 0; turn.wire; at++) {
    wires.push(turn.wire)
    const { status = 200, headers = [['access-control-allow-origin', '*']], body = '' } = replies[at] ?? {}
    const none = { method: '', url: '', headers: [], body: '', bodyEncoding: 'utf8' } as const
    const response = { status, reason: '', headers, body, bodyEncoding: 'utf8' as const }
    const reply: Exchange = { from: 0, title: '', request: none, response, error: null, startedAt: 0, endedAt: 0 }
    turn = agent.next(0, reply, 0)
    rules.push(...turn.notes.map(({ rule }) => rule))
  }
  if (!turn.done) throw new Error('neither sent nor done')
  return { sent: wires.map(({ method, url }) => `${method} ${url}`), wires, done: turn.done, rules }
}
