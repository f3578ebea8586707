import { openAsBlob } from 'node:fs';
import { describe } from 'vitest';
import { createReferenceBackend } from '../backend/reference/backend';
import { createWasmBackend } from '../backend/wasm/wasm-backend';
import { describeFlowMap } from './testing/flow-map';

const openFile = (path: string) => openAsBlob(new URL(`../../${path}`, import.meta.url));

describe('the processor', () => {
  describeFlowMap(() => createWasmBackend({ threads: 2 }), openFile);
});

describe('plain loops', () => {
  describeFlowMap(() => Promise.resolve(createReferenceBackend()), openFile);
});
