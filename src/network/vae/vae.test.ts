import { openAsBlob } from 'node:fs';
import { createWasmBackend } from '../../backend/wasm/wasm-backend';
import type { TensorMap } from '../../checkpoint/checkpoint';
import { openCheckpoint } from '../../checkpoint/open';
import { describeVae } from '../testing/vae-suite';

async function open(path: string): Promise<TensorMap> {
  const file = new URL(`../../../${path}`, import.meta.url);
  return (await openCheckpoint(await openAsBlob(file), path)).tensors;
}

describeVae(
  'wasm',
  () => createWasmBackend({ threads: 1 }),
  async () => ({
    sdMini: await open('src/network/fixtures/vae/sd-mini.safetensors'),
    emojiMini: await open('src/network/fixtures/vae/emoji-mini.safetensors'),
    taesd: await open('src/network/fixtures/vae/taesd-diffusers.safetensors'),
    taesdDecoder: await open('src/network/fixtures/vae/taesd-decoder.pth'),
    taesdExpected: await open('src/network/fixtures/vae/taesd-decoder-expected.safetensors'),
    embedded: await open('public/models/emoji/emoji-vae.safetensors'),
    embeddedCase: await open('conformance/cases/emoji/check.safetensors'),
  }),
);
