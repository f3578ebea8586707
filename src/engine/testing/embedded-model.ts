import { afterAll, beforeAll, expect, it } from 'vitest';
import { compare, compareMasks } from '../../../conformance/report';
import type { Backend } from '../../backend/backend';
import type { TensorMap } from '../../checkpoint/checkpoint';
import { readFloat32 } from '../../checkpoint/decode';
import { openCheckpoint } from '../../checkpoint/open';
import { Dit } from '../../network/dit/dit';
import { unmixed } from '../../network/dit/label';

/** Opens a file of the project by its path from the top. */
export type OpenFile = (path: string) => Promise<Blob>;

/** The embedded weights against what PyTorch made of them (training/, `check.safetensors`). */
export function describeEmbeddedModel(start: () => Promise<Backend>, openFile: OpenFile): void {
  let backend: Backend;
  let dit: Dit;
  let check: TensorMap;

  beforeAll(async () => {
    backend = await start();
    check = await open('conformance/cases/emoji/check.safetensors');
    dit = await Dit.load(backend, await open('public/models/emoji/emoji-dit.safetensors'));
  });
  afterAll(() => {
    dit.destroy();
    backend.destroy();
  });

  async function open(path: string): Promise<TensorMap> {
    return (await openCheckpoint(await openFile(path), path)).tensors;
  }

  async function reference(name: string): Promise<Float32Array> {
    const tensor = check.get(name);
    if (!tensor) throw new Error(`check.safetensors has no ${name}`);
    return readFloat32(tensor);
  }

  it.each(['out_dynamic', 'out_complete'])('makes PyTorch’s %s', async (output) => {
    const dynamic = output === 'out_dynamic';
    const [x, t, y, s] = await Promise.all(['x', 't', 'y', 's'].map(reference));
    const size = x.length / t.length;
    const out: number[] = [];
    const heads: number[] = [];
    const groups: number[] = [];
    const tokens: number[] = [];
    await backend.guard('testing', async () => {
      for (let i = 0; i < t.length; i++) {
        const run = await dit.prepare({
          latentItems: 1,
          labels: [unmixed({ classId: y[i], styleId: s[i] })],
          guided: false,
          networkTimes: [1000 * t[i]],
          dynamicWidth: dynamic,
          dynamicTokens: dynamic,
        });
        run.home.write(run.latent, new Float32Array(x.slice(i * size, (i + 1) * size)));
        await run.latentMoved();
        await run.evaluate(0);
        out.push(...(await run.home.readFloats(run.prediction)));
        heads.push(...run.width.heads);
        groups.push(...run.width.groups);
        tokens.push(...(await run.readKept()));
        run.destroy();
      }
    });
    expect(compare(out, await reference(output)).maxRel).toBeLessThan(1e-4);
    if (!dynamic) return;
    expect(compareMasks(heads, await reference('attn_mask')).mismatches).toBe(0);
    expect(compareMasks(groups, await reference('mlp_mask')).mismatches).toBe(0);
    expect(compareMasks(tokens, await reference('token_mask')).mismatches).toBe(0);
  });
}
