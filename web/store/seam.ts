// What the page asks of the engine, and nothing more: the store is written against this, tests wear it too.
import type { BootStep, CheckResult, RequestGroup, RunDocument, SourceFiles, TraceEvent } from '../../engine/protocol'

export type EngineStatus =
  | { readonly kind: 'off' }
  | { readonly kind: 'booting'; readonly step: BootStep; readonly text: string }
  | { readonly kind: 'ready' }
  | { readonly kind: 'running' }
  | { readonly kind: 'failed'; readonly message: string }

export type ServerState = 'stopped' | 'starting' | 'running' | 'reloading' | 'stopped-by-budget'

export type EngineNotice =
  | { readonly kind: 'status'; readonly status: EngineStatus }
  | { readonly kind: 'trace'; readonly events: readonly TraceEvent[] }
  | { readonly kind: 'server'; readonly state: ServerState }

export interface Lane {
  readonly kind: 'service worker' | 'direct' | 'recorded'
  readonly why?: string
}

export interface Program {
  readonly files: SourceFiles
  readonly entry: string
  readonly app: string | null
}

export interface EnginePort {
  readonly status: EngineStatus
  readonly lane: Lane
  subscribe(listener: (notice: EngineNotice) => void): () => void
  boot(): void
  run(
    program: Program,
    groups: readonly RequestGroup[],
    options?: { readonly signal?: AbortSignal },
  ): Promise<RunDocument>
  send(program: Program, group: RequestGroup): Promise<RunDocument>
  check(source: string, file: string, document: RunDocument): Promise<readonly CheckResult[]>
  dispose(): void
}
