import { afterAll, beforeAll, expect, test } from 'vitest';
import checkUrl from '../../../conformance/cases/emoji/check.safetensors?url';
import { compare, compareMasks } from '../../../conformance/report';
import { BufferArena, readBuffer } from '../../backend/webgpu/gpu/buffer';
import { requestGpu } from '../../backend/webgpu/gpu/device';
import { withErrorScopes } from '../../backend/webgpu/gpu/error-scope';
import { KernelLibrary } from '../../backend/webgpu/kernels/library';
import type { TensorMap } from '../../checkpoint/checkpoint';
import { readFloat32 } from '../../checkpoint/decode';
import { ByteSource } from '../../checkpoint/byte-source';
import { openSafetensors } from '../../checkpoint/safetensors';
import { Dit } from './dit';

/** The embedded weights against what PyTorch made of them (DESIGN.md, section 6). */

let dit: Dit;
let check: TensorMap;
let arena: BufferArena;

async function open(url: string): Promise<TensorMap> {
  const response = await fetch(url);
  expect(response.ok, url).toBe(true);
  return (await openSafetensors(new ByteSource(await response.blob()))).tensors;
}

async function reference(name: string): Promise<Float32Array> {
  const tensor = check.get(name);
  if (!tensor) throw new Error(`check.safetensors has no ${name}`);
  return readFloat32(tensor);
}

beforeAll(async () => {
  const library = new KernelLibrary(await requestGpu(navigator.gpu));
  arena = new BufferArena(library.gpu, 'Test');
  check = await open(checkUrl);
  dit = await Dit.load(library, await open('/models/emoji/emoji-dit.safetensors'));
});

afterAll(() => {
  arena.destroy();
  dit.destroy();
});

test.each(['out_dynamic', 'out_complete'])('%s', async (output) => {
  const dynamic = output === 'out_dynamic';
  const [x, t, y, s] = await Promise.all(['x', 't', 'y', 's'].map(reference));
  const size = x.length / t.length;
  const made = { out: [], heads: [], groups: [], tokens: [] } satisfies Record<string, number[]>;
  await withErrorScopes(dit.library.gpu, 'testing', async () => {
    for (let i = 0; i < t.length; i++) {
      const run = await dit.prepare({
        latent: arena.upload('latent', new Float32Array(x.slice(i * size, (i + 1) * size))),
        labels: [{ classId: y[i], styleId: s[i] }],
        guided: false,
        networkTimes: [1000 * t[i]],
        dynamicWidth: dynamic,
        dynamicTokens: dynamic,
      });
      run.select(0);
      const encoder = dit.library.gpu.device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      run.encode(pass, 0);
      pass.end();
      dit.library.gpu.device.queue.submit([encoder.finish()]);
      const out: number[] = made.out;
      out.push(...new Float32Array(await readBuffer(dit.library.gpu, run.prediction)));
      const masks: [number[], number[], number[]] = [made.heads, made.groups, made.tokens];
      masks[0].push(...run.width.masks(0, 'heads'));
      masks[1].push(...run.width.masks(0, 'groups'));
      masks[2].push(...new Uint32Array(await readBuffer(dit.library.gpu, run.kept)));
      run.destroy();
    }
  });
  const report = compare(made.out, await reference(output));
  expect(report.maxRel).toBeLessThan(1e-4);
  if (!dynamic) return;
  expect(compareMasks(made.heads, await reference('attn_mask')).mismatches).toBe(0);
  expect(compareMasks(made.groups, await reference('mlp_mask')).mismatches).toBe(0);
  expect(compareMasks(made.tokens, await reference('token_mask')).mismatches).toBe(0);
});
