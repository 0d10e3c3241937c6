// What must not compile: `npm run check` fails when one of these lines starts to be accepted.
import type { EngineHost } from '../host'
import type { RequestGroup, TraceEvent, WireRequest } from './index'

declare const host: EngineHost
declare const group: RequestGroup
declare const request: WireRequest
const options = { wallMs: 1000 }

export async function calls(): Promise<void> {
  const { exchanges } = await host.call('send', group, options)
  exchanges[0]?.response?.headers satisfies readonly (readonly [string, string])[] | undefined
  // @ts-expect-error a call that does not exist
  await host.call('sned', group, options)
  // @ts-expect-error a field is missing
  await host.call('send', { requests: [request] }, options)
  // @ts-expect-error another call's input
  await host.call('open', group, options)
  // @ts-expect-error another call's reply
  const { layers } = await host.call('send', group, options)
  // @ts-expect-error no time limit
  await host.call('close', null, {})
  return layers
}

export function kinds(event: TraceEvent): number | null {
  if (event.kind === 'send') return event.message.status ?? null
  // @ts-expect-error a message belongs to a crossing
  if (event.kind === 'line') return event.message.status
  // @ts-expect-error a kind that does not exist
  if (event.kind === 'sent') return null
  return null
}
