import { openAsBlob } from 'node:fs';
import { createWasmBackend } from '../backend/wasm/wasm-backend';
import { describeEmbeddedModel } from './testing/embedded-model';

describeEmbeddedModel(
  () => createWasmBackend({ threads: 2 }),
  (path) => openAsBlob(new URL(`../../${path}`, import.meta.url)),
);
