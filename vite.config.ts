import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { ENGINE_FOLDER, listPageFiles } from './engine/assets/folder'
import { prepareOnDemand } from './engine/assets/on-demand'
import { engineFiles, scriptText } from './engine/sandbox/vite-plugin'
import { serviceWorker } from './engine/server/vite-plugin'

export default defineConfig({
  plugins: [
    react(),
    serviceWorker(),
    scriptText(),
    engineFiles({ folder: ENGINE_FOLDER, listFiles: listPageFiles, prepare: prepareOnDemand }),
  ],
  build: {
    target: 'es2023',
    rolldownOptions: {
      output: {
        // The bundler's own few lines would lie beside some module that everybody then loads along.
        codeSplitting: { groups: [{ name: 'runtime', test: /^\0rolldown\/runtime/ }] },
      },
    },
  },
  worker: { format: 'es' },
})
