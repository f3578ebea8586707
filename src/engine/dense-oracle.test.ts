import { describe } from 'vitest';
import { createReferenceBackend } from '../backend/reference/backend';
import { createWasmBackend } from '../backend/wasm/wasm-backend';
import { describeDenseOracle } from './testing/dense-oracle';

describe('the processor', () => {
  describeDenseOracle(() => createWasmBackend({ threads: 2 }));
});

describe('plain loops', () => {
  describeDenseOracle(() => Promise.resolve(createReferenceBackend()));
});
