import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    include: ['e2e/specs/**/*.test.ts'],
    globalSetup: ['e2e/fixtures/global-setup.ts'],
    // A page waits for its clock, its person and its files about as long as it computes.
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 60_000,
    // A noisy machine gets a second chance; a page that is broken fails twice.
    retry: process.env['CI'] ? 1 : 0,
  },
})
