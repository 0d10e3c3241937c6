// A turn of what is live by way of whole groups: for a server that can't leave exchanges open yet. Each answer comes at
// once and whole, a WebSocket says nothing, and who gives up is too late.
import type { LiveInput, LiveResult } from '../protocol'
import type { Session, SessionOptions } from './session'

export async function liveBySend(
  session: Session,
  { start = [] }: LiveInput,
  options: SessionOptions,
): Promise<LiveResult | null> {
  if (!session.isOpen) return null
  const before = session.document.fetches?.length ?? 0
  if (start.length > 0) await session.send({ waitMs: 0, requests: start.map(({ request }) => request) }, options)
  const { fetches = [], events, stop } = session.document
  const pieces = start.flatMap(({ id }, index) => {
    const view = fetches[before + index]
    return view ? [{ id, kind: 'done', view } as const] : []
  })
  return { pieces, isQuiet: pieces.length === 0, at: events.at(-1)?.at ?? 0, exchanges: [], stop }
}
