import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { kernels } from './tools/build-kernels.ts';
import { developmentHeaders, pageHeaders } from './tools/page/headers.ts';
import { hosted } from './tools/page/host.ts';
import { offline } from './tools/page/offline.ts';
import { workerEntries } from './tools/page/worker-entries.ts';

export default defineConfig({
  // The page finds its files beside itself, whatever path it is served under.
  base: './',
  plugins: [react(), kernels(), hosted(), offline()],
  build: {
    target: 'es2023',
    license: { fileName: 'LICENSES.md' },
    chunkSizeWarningLimit: 1000,
    rolldownOptions: { input: ['index.html', 'bench.html'], checks: { pluginTimings: false } },
  },
  worker: { format: 'es', plugins: () => [workerEntries()] },
  server: { headers: developmentHeaders },
  // A port of its own: a service worker goes on answering for the port that it was installed from.
  preview: { port: 4318, headers: pageHeaders },
});
