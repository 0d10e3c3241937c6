// What the page says of engine, lane, server and troubles. Pure wording: no state, no pixels.
import type { BootStep, StopView } from '../../engine/protocol'
import { ENTRY, REQUESTS, type EngineStatus, type Lane, type Saving, type ServerState, type Trouble } from '../store'

export const BOOT_STEPS: readonly { readonly step: BootStep; readonly name: string }[] = [
  { step: 'files', name: 'Files' },
  { step: 'python', name: 'Python' },
  { step: 'framework', name: 'FastAPI' },
  { step: 'ready', name: 'Your app' },
]

export type Tone = 'plain' | 'ok' | 'warn' | 'bad'

/** What the chip "Engine" says; "ready" only when a Run would start at once. */
export function engineWords(status: EngineStatus): { readonly text: string; readonly tone: Tone } {
  switch (status.kind) {
    case 'off':
      return { text: 'engine is off', tone: 'plain' }
    case 'booting':
      return { text: `starting, ${bootNumber(status.step)} of ${BOOT_STEPS.length}`, tone: 'plain' }
    case 'ready':
      return { text: 'ready', tone: 'ok' }
    case 'running':
      return { text: 'running', tone: 'plain' }
    case 'failed':
      return { text: 'did not start', tone: 'bad' }
  }
}

/** 1-based number of a stage of the boot. */
export function bootNumber(step: BootStep): number {
  return BOOT_STEPS.findIndex((one) => one.step === step) + 1
}

/** The lane that a run would take now: without an engine only recordings can be had. */
export function laneNow(status: EngineStatus, lane: Lane): Lane {
  return status.kind === 'ready' || status.kind === 'running' ? lane : { kind: 'recorded' }
}

export function serverWords(state: ServerState): string {
  return {
    stopped: 'server is not running',
    starting: 'server is starting',
    running: 'server is running',
    reloading: 'server is reloading',
    'stopped-by-budget': 'server was stopped',
  }[state]
}

/** Something that happened to the last press of Run, worded for a learner. */
export interface Message {
  readonly tone: 'plain' | 'bad'
  /** The first words, in bold; may be empty. */
  readonly lead: string
  readonly text: string
  /** Where to go. */
  readonly place: { readonly file: string; readonly line: number } | null
}

/** Words for what kept the last run from giving anything new. `hasOld` is true while an older run is on screen. */
export function troubleMessage(trouble: Trouble, hasOld: boolean): Message {
  const old = hasOld ? ' The run above is the one from before.' : ''
  switch (trouble.kind) {
    case 'program': {
      const { error } = trouble
      const place = error.file !== null && error.line !== null ? { file: error.file, line: error.line } : null
      if (isSyntaxError(error.type)) {
        const then = hasOld
          ? 'The file cannot be read yet, so the run above is the one from before.'
          : 'The file cannot be read yet.'
        return { tone: 'plain', lead: '', text: then, place }
      }
      const lead = error.phase === 'lifespan' ? 'The app did not start.' : 'The app could not be loaded.'
      return { tone: 'bad', lead, text: `${error.text}${old}`, place }
    }
    case 'stopped': {
      const { stop } = trouble.document
      return stop ? { ...stopMessage(stop), text: `${stopMessage(stop).text}${old}` } : plain('The run was stopped.')
    }
    case 'requests':
      return {
        tone: 'bad',
        lead: `${REQUESTS} cannot be read.`,
        text: `Line ${trouble.line}: ${trouble.why}${old}`,
        place: { file: REQUESTS, line: trouble.line },
      }
    case 'engine':
      return { tone: 'bad', lead: engineLead(trouble.problem), text: `${withStop(trouble.message)}${old}`, place: null }
  }
}

function engineLead(problem: string): string {
  if (problem === 'boot') return 'The engine did not start.'
  if (problem === 'timeout') return 'The run took too long and was ended.'
  return 'The run did not work.'
}

function plain(text: string): Message {
  return { tone: 'plain', lead: '', text, place: null }
}

/** Words for a session that a budget stopped. */
export function stopMessage(stop: StopView): Message {
  const place = stop.line !== null ? { file: stop.file ?? ENTRY, line: stop.line } : null
  const dot = stop.text.indexOf('. ')
  return {
    tone: 'bad',
    lead: dot < 0 ? stop.text : stop.text.slice(0, dot + 1),
    text: dot < 0 ? '' : stop.text.slice(dot + 2),
    place,
  }
}

/** `15` for main.py, `limits.py:15` elsewhere. */
export function lineWords(place: { readonly file: string; readonly line: number }): string {
  return place.file === ENTRY ? `line ${place.line}` : `${place.file}, line ${place.line}`
}

export function isSyntaxError(type: string): boolean {
  return type === 'SyntaxError' || type === 'IndentationError' || type === 'TabError'
}

export function staleWords(what: 'code' | 'requests', source: 'recorded' | 'live'): string {
  if (source === 'recorded') return 'You changed the program. This recording is of the one before.'
  return what === 'code'
    ? 'Code changed since this run, so its lines are not marked.'
    : 'Requests changed since this run.'
}

export function savingWords(saving: Saving): string | null {
  if (saving.kind === 'full') {
    return 'This browser has no room left, so what you type now is gone when you leave. Free some space, or copy your code.'
  }
  if (saving.kind === 'refused') return 'This window keeps nothing. What you type is gone when you leave it.'
  return null
}

/** `FastAPI 0.165, Starlette 1.10`. */
export function versionWords(versions: { readonly fastapi: string; readonly starlette: string }): string {
  const short = (version: string) => version.split('.').slice(0, 2).join('.')
  return `FastAPI ${short(versions.fastapi)}, Starlette ${short(versions.starlette)}`
}

/** How a status is coloured; the number always stands beside it. */
export function statusTone(status: number | null): 'ok' | 'short' | 'bad' {
  if (status === null || status >= 500) return 'bad'
  return status >= 400 ? 'short' : 'ok'
}

/** `12.5 kB`, `41 bytes`. */
export function byteWords(bytes: number): string {
  if (bytes === 1) return '1 byte'
  if (bytes < 10_000) return `${bytes} bytes`
  return bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`
}

/** `120.4 ms`, `2.5 s` of virtual time. */
export function timeWords(ms: number): string {
  return ms < 1000 ? `${ms.toFixed(1)} ms` : `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`
}

/** A sentence ends with a full stop; messages of the browser often do not. */
export function withStop(text: string): string {
  return /[.!?…]$/.test(text.trim()) ? text.trim() : `${text.trim()}.`
}
