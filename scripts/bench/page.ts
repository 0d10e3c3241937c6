// The bench's own page: the engine alone, without editor and views. `scripts/bench.ts` drives it from outside.
import { createEngine, type Program, type RequestGroup } from '../../engine'

export interface BootFigures {
  /** From the call of boot() to Python being ready. */
  readonly readyMs: number
  /** From the call of boot() to the first response with its trace. */
  readonly firstResponseMs: number
  readonly status: number
  readonly events: number
}

export interface BenchPage {
  /** Boots an engine, runs the program once and throws the engine away. */
  boot(way: 'snapshot' | 'plain', program: Program, groups: readonly RequestGroup[]): Promise<BootFigures>
}

const page: BenchPage = {
  async boot(way, program, groups) {
    const started = performance.now()
    // The lane costs the same with either way of booting, so it stays out of the ratio.
    const engine = createEngine({ base: '/engine/', way, serviceWorker: false })
    const ready = new Promise<number>((resolve, reject) => {
      engine.subscribe((notice) => {
        if (notice.kind !== 'status') return
        if (notice.status.kind === 'ready') resolve(performance.now())
        if (notice.status.kind === 'failed') reject(new Error(notice.status.message))
      })
    })
    engine.boot()
    const readyAt = await ready
    const document = await engine.run(program, groups, { direct: true })
    const doneAt = performance.now()
    engine.dispose()
    return {
      readyMs: readyAt - started,
      firstResponseMs: doneAt - started,
      status: document.exchanges[0]?.response?.status ?? 0,
      events: document.events.length,
    }
  },
}

Object.assign(globalThis, { peelBench: page })
