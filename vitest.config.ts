import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['engine/**/*.test.ts', 'web/**/*.test.{ts,tsx}', 'lessons/**/*.test.ts', 'scripts/**/*.test.ts'],
    environment: 'node',
    // By default one core is left for vitest itself, which is idle. A file waits for its Python, CPython or browser as often
    // as it computes.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // No test is about how long the machine takes; a limit is for what hangs.
    testTimeout: 20_000,
    hookTimeout: 60_000,
  },
})
