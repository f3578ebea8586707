import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { isolation } from './tools/isolation';
import { kernels } from './tools/build-kernels';

export default defineConfig({
  plugins: [react(), kernels()],
  build: { target: 'es2023' },
  worker: { format: 'es' },
  server: { headers: isolation },
  preview: { headers: isolation },
});
