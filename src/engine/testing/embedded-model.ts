import { afterAll, beforeAll, expect, it } from 'vitest';
import { compare, compareMasks } from '../../../conformance/report';
import type { Backend } from '../../backend/backend';
import type { TensorMap } from '../../checkpoint/checkpoint';
import { readFloat32 } from '../../checkpoint/decode';
import { openCheckpoint } from '../../checkpoint/open';
import { hasJumps } from '../../network/config';
import { Dit } from '../../network/dit/dit';
import { unmixed } from '../../network/dit/label';
import type { DitRunOptions } from '../../network/dit/run';
import { hintsOfManifest } from '../../network/manifest';
import { namesOf, parseManifest } from '../manifest';

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
    const json = await (await openFile('public/models/emoji/manifest.json')).text();
    const manifest = parseManifest(JSON.parse(json));
    const hints = hintsOfManifest(manifest.dit, namesOf(manifest));
    dit = await Dit.load(backend, await open('public/models/emoji/emoji-dit.safetensors'), hints);
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

  /** One evaluation of each item of the check case, in a run of its own. */
  async function evaluate(options: (item: number) => Partial<DitRunOptions>) {
    const [x, t, y, s] = await Promise.all(['x', 't', 'y', 's'].map(reference));
    const size = x.length / t.length;
    const out: number[] = [];
    const masks: Record<'attn' | 'mlp' | 'token', number[]> = { attn: [], mlp: [], token: [] };
    await backend.guard('testing', async () => {
      for (let i = 0; i < t.length; i++) {
        const run = await dit.prepare({
          ...{ latentItems: 1, guided: false, dynamicWidth: true, dynamicTokens: true },
          labels: [unmixed({ classId: y[i], styleId: s[i] })],
          networkTimes: [1000 * t[i]],
          ...options(i),
        });
        run.home.write(run.latent, new Float32Array(x.slice(i * size, (i + 1) * size)));
        await run.latentMoved();
        await run.evaluate(0);
        out.push(...(await run.home.readFloats(run.prediction)));
        masks.attn.push(...run.width.heads);
        masks.mlp.push(...run.width.groups);
        masks.token.push(...(await run.readKept()));
        run.destroy();
      }
    });
    return { out, masks };
  }

  const complete = { dynamicWidth: false, dynamicTokens: false };

  it('obeys the routers as in PyTorch', async () => {
    const { out, masks } = await evaluate(() => ({}));
    expect(compare(out, await reference('out_dynamic')).maxRel).toBeLessThan(1e-4);
    for (const [kind, mask] of Object.entries(masks)) {
      expect(compareMasks(mask, await reference(`${kind}_mask`)).mismatches, kind).toBe(0);
    }
  });

  it('makes PyTorch’s prediction with all gates open', async () => {
    const { out } = await evaluate(() => complete);
    expect(compare(out, await reference('out_complete')).maxRel).toBeLessThan(1e-4);
  });

  it('makes PyTorch’s jump, where the weights know any', async () => {
    expect(check.has('out_jump')).toBe((dit.config.conditions ?? 0) > 0);
    if (!hasJumps(dit.config)) return;
    const [a, r] = await Promise.all(['a', 'r'].map(reference));
    const count = a.length / r.length;
    const { out } = await evaluate((i) => ({
      ...complete,
      inputs: [a.slice(i * count, (i + 1) * count)],
      networkEnds: [1000 * r[i]],
    }));
    expect(compare(out, await reference('out_jump')).maxRel).toBeLessThan(1e-4);
  });
}
