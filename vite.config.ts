import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { kernels } from './tools/build-kernels';

/** Cross-origin isolation, without which threads can't share a memory. A host sends the same. */
const headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

export default defineConfig({
  plugins: [react(), kernels()],
  build: { target: 'es2023' },
  worker: { format: 'es' },
  server: { headers },
  preview: { headers },
});
