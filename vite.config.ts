import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { serviceWorker } from './engine/server/vite-plugin'

export default defineConfig({
  plugins: [react(), serviceWorker()],
  build: { target: 'es2023' },
  worker: { format: 'es' },
})
