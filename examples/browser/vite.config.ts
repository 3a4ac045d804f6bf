import { resolve } from 'node:path';
import { defineConfig } from 'vite';

const page = (name: string) => resolve(import.meta.dirname, name);

/** Two pages with addresses relative to their own, so that the build works in any folder of a server. */
export default defineConfig({
  base: './',
  worker: {
    format: 'es',
    // selectBackend imports the wasm backend when it is needed; the worker, which tells it where its files are, needs it at once
    rolldownOptions: { checks: { ineffectiveDynamicImport: false } },
  },
  build: {
    target: 'es2022',
    // The worker, which holds TensorFlow.js, is large and meant to be
    chunkSizeWarningLimit: 2000,
    rolldownOptions: { input: [page('index.html'), page('decode.html')] },
  },
});
