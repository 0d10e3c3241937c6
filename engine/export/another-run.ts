// The same session on another day: later, on a slower machine, with other luck. Laid beside the first it shows which values of
// an answer are the program's, and which would be others outside.
import type { Exchange, RequestGroup, RunDocument, SocketScript, SourceFiles, WireRequest } from '../protocol'

/** Stands before the program; no learner's file has this name. */
const ENTRY = 'peel_another_day.py'

/**
 * Sleeping costs nothing on the virtual clock. Whoever asks for the time a second time finds that more of it has gone by than
 * the program waited for, as on any real machine; the step rounds to another tenth.
 */
const SOURCE = (module: string): string => `import os
import random
import time

time.sleep(3003.217)
os.urandom(11)
random.seed(4711)
_asked = 0


def _slower(name, step):
    real = getattr(time, name)

    def slower():
        global _asked
        _asked += 1
        return real() + _asked * step

    setattr(time, name, slower)


for _name in ("time", "monotonic", "perf_counter", "process_time"):
    _slower(_name, 0.0611)
    _slower(_name + "_ns", 61_100_000)

from ${module} import *  # noqa
from ${module} import app  # noqa
`

/** What to run: the program with its other day, and what went over the wire at the times at which it went. */
export function anotherRun(
  document: RunDocument,
  files: SourceFiles,
  entry = 'main.py',
): { readonly files: SourceFiles; readonly entry: string; readonly groups: readonly RequestGroup[] } {
  const source = SOURCE(entry.replace(/\.py$/, '').replaceAll('/', '.'))
  return { files: { ...files, [ENTRY]: source }, entry: ENTRY, groups: groupsOf(document.exchanges) }
}

/** Exchanges that overlap, by their indices in order: alone where one had ended before the next began. */
export function overlaps(exchanges: readonly Exchange[]): number[][] {
  const groups: number[][] = []
  let until = -1
  for (const [index, { startedAt, endedAt }] of exchanges.entries()) {
    const last = groups.at(-1)
    if (last && startedAt < until) last.push(index)
    else groups.push([index])
    until = Math.max(until, endedAt)
  }
  return groups
}

function groupsOf(exchanges: readonly Exchange[]): RequestGroup[] {
  let before = 0
  return overlaps(exchanges).map((group) => {
    const those = group.flatMap((index) => exchanges[index] ?? [])
    const startMs = Math.min(...those.map(({ startedAt }) => startedAt))
    const waitMs = Math.max(0, startMs - before)
    before = Math.max(...those.map(({ endedAt }) => endedAt))
    return { waitMs, requests: those.map((one) => wireOf(one, startMs)) }
  })
}

function wireOf({ from, title, request, socket, startedAt }: Exchange, startMs: number): WireRequest {
  const { method, url, headers, body, bodyEncoding } = request
  const target = url.replace(/^[a-z]+:\/\/[^/?#]*/i, '') || '/'
  const wire = { from, title, method, url, target, headers, added: [], atMs: startedAt - startMs }
  return {
    ...wire,
    body: { text: body, encoding: bodyEncoding },
    ...(socket ? { socket: scriptOf(socket.messages) } : {}),
  }
}

function scriptOf(messages: NonNullable<Exchange['socket']>['messages']): SocketScript {
  let heard = 0
  return {
    messages: messages.flatMap(({ from, frame, data }) => {
      if (from === 'server') {
        heard++
        return []
      }
      const line = { frame, data, afterReplies: heard }
      heard = 0
      return [line]
    }),
  }
}
