import { join } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { engineFiles, scriptText } from './engine/sandbox/vite-plugin'
import { serviceWorker } from './engine/server/vite-plugin'

export default defineConfig({
  plugins: [react(), serviceWorker(), scriptText(), engineFiles(join(import.meta.dirname, '.peel', 'engine'))],
  build: { target: 'es2023' },
  worker: { format: 'es' },
})
