import embeddedCaseUrl from '../../../conformance/cases/emoji/check.safetensors?url';
import { createWebGpuBackend } from '../../backend/webgpu/webgpu-backend';
import type { TensorMap } from '../../checkpoint/checkpoint';
import { openCheckpoint } from '../../checkpoint/open';
import emojiMiniUrl from '../fixtures/vae/emoji-mini.safetensors?url';
import taesdDecoderUrl from '../fixtures/vae/taesd-decoder.pth?url';
import taesdExpectedUrl from '../fixtures/vae/taesd-decoder-expected.safetensors?url';
import taesdUrl from '../fixtures/vae/taesd-diffusers.safetensors?url';
import sdMiniUrl from '../fixtures/vae/sd-mini.safetensors?url';
import { describeVae } from '../testing/vae-suite';

async function open(url: string): Promise<TensorMap> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: HTTP status ${response.status}`);
  return (await openCheckpoint(await response.blob(), url)).tensors;
}

describeVae(
  'webgpu',
  () => createWebGpuBackend(navigator.gpu),
  async () => ({
    sdMini: await open(sdMiniUrl),
    emojiMini: await open(emojiMiniUrl),
    taesd: await open(taesdUrl),
    taesdDecoder: await open(taesdDecoderUrl),
    taesdExpected: await open(taesdExpectedUrl),
    embedded: await open('/models/emoji/emoji-vae.safetensors'),
    embeddedCase: await open(embeddedCaseUrl),
  }),
);
