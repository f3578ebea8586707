import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compare, compareMasks } from '../../../conformance/report';
import type { Backend, Storage } from '../../backend/backend';
import type { CheckpointTensor, TensorMap } from '../../checkpoint/checkpoint';
import { readFloat32 } from '../../checkpoint/decode';
import { openCheckpoint } from '../../checkpoint/open';
import { Dit } from '../../network/dit/dit';
import type { DitHints } from '../../network/dit/infer-config';
import { unmixed } from '../../network/dit/label';
import type { DitRunOptions } from '../../network/dit/run';
import { hintsOfManifest } from '../../network/manifest';
import type { GenerateRequest } from '../api';
import { generate } from '../generate';
import { namesOf, parseManifest, type Manifest } from '../manifest';
import { describeModel } from '../model-info';
import { validateRequest } from '../validate-request';
import type { OpenFile } from './embedded-model';
import { flowMapRuns, parseRequests } from './flow-map-runs';

const folder = 'conformance/cases/flow-map';

/**
 * A small model of random weights with linear conditions, jumps, a budget and int8 weights, against
 * the network of training/ in PyTorch (conformance/make-flow-map.py).
 */
export function describeFlowMap(start: () => Promise<Backend>, openFile: OpenFile): void {
  let backend: Backend;
  let manifest: Manifest;
  let tensors: TensorMap;
  let dit: Dit;
  let check: TensorMap;
  let latents: TensorMap;
  let requests: ReadonlyMap<string, GenerateRequest>;

  beforeAll(async () => {
    backend = await start();
    manifest = parseManifest(await openJson('manifest.json'));
    requests = parseRequests(await openJson('runs.json'));
    [tensors, check, latents] = await Promise.all(
      ['emoji-dit', 'check', 'runs'].map((name) => open(`${name}.safetensors`)),
    );
    dit = await load(tensors);
  });
  afterAll(() => {
    dit.destroy();
    backend.destroy();
  });

  async function open(name: string): Promise<TensorMap> {
    return (await openCheckpoint(await openFile(`${folder}/${name}`), name)).tensors;
  }

  async function openJson(name: string): Promise<unknown> {
    return JSON.parse(await (await openFile(`${folder}/${name}`)).text());
  }

  function load(weights: TensorMap, hints: DitHints = {}): Promise<Dit> {
    const known = hintsOfManifest(manifest.dit, namesOf(manifest));
    return Dit.load(backend, weights, { ...known, ...hints });
  }

  /** One evaluation of each item of the check case, in a run of its own. */
  async function evaluate(network: Dit, options: (item: number) => Partial<DitRunOptions>) {
    const [x, t, y, s] = await Promise.all(['x', 't', 'y', 's'].map((name) => values(check, name)));
    const size = x.length / t.length;
    const out: number[] = [];
    const masks: Record<'attn' | 'mlp' | 'token', number[]> = { attn: [], mlp: [], token: [] };
    let work = 0;
    for (let i = 0; i < t.length; i++) {
      const run = await network.prepare({
        ...{ latentItems: 1, guided: false, dynamicWidth: true, dynamicTokens: true },
        labels: [unmixed({ classId: y[i], styleId: s[i] })],
        networkTimes: [1000 * t[i]],
        ...options(i),
      });
      run.home.write(run.latent, x.slice(i * size, (i + 1) * size));
      await run.latentMoved();
      await run.evaluate(0);
      out.push(...(await run.home.readFloats(run.prediction)));
      const kept = await run.readKept();
      masks.attn.push(...run.width.heads);
      masks.mlp.push(...run.width.groups);
      masks.token.push(...kept);
      work += run.work(0, kept).done;
      run.destroy();
    }
    return { out, masks, work };
  }

  /** The latents that a request comes to. */
  async function draw(network: Dit, request: GenerateRequest): Promise<Float32Array> {
    const info = describeModel({ name: 'flow-map', identity: '', dit: network, manifest });
    validateRequest(request, info);
    let latent = new Float32Array();
    const pictures = {
      costMs: 0,
      async decode(storage: Storage) {
        latent = await backend.lanes[0].readFloats(storage);
        return [];
      },
    };
    await generate({ info, dit: network, pictures }, request, {});
    return latent;
  }

  function requestOf(name: string, change: Partial<GenerateRequest> = {}): GenerateRequest {
    const request = requests.get(name);
    if (!request) throw new Error(`There is no run "${name}".`);
    return { ...request, ...change };
  }

  describe('an evaluation', () => {
    it('obeys the routers as in PyTorch', async () => {
      const { out, masks } = await evaluate(dit, () => ({}));
      expect(compare(out, await values(check, 'out_dynamic')).maxRel).toBeLessThan(1e-4);
      for (const [kind, mask] of Object.entries(masks)) {
        expect(compareMasks(mask, await values(check, `${kind}_mask`)).mismatches, kind).toBe(0);
        expect(new Set(mask), kind).toEqual(new Set([0, 1]));
      }
    });

    it('is told linear inputs and where the step ends', async () => {
      const [a, r] = await Promise.all(['a', 'r'].map((name) => values(check, name)));
      const count = a.length / r.length;
      const { out } = await evaluate(dit, (i) => ({
        ...{ dynamicWidth: false, dynamicTokens: false },
        inputs: [a.slice(i * count, (i + 1) * count)],
        networkEnds: [1000 * r[i]],
      }));
      expect(compare(out, await values(check, 'out_jump')).maxRel).toBeLessThan(1e-4);
    });

    it('with inputs of 0 has the bits of a model without', async () => {
      const others = [...tensors].filter(([name]) => name !== 'a_embedder.weight');
      const plain = await load(new Map(others), { conditionNames: undefined });
      const asked = await evaluate(dit, () => ({ inputs: [[0, 0, 0, 0, 0, 0, 0, 0]] }));
      expect(asked).toEqual(await evaluate(plain, () => ({})));
      plain.destroy();
    });

    it('with a step that ends where it begins has the bits of a velocity', async () => {
      const t = await values(check, 't');
      const jump = await evaluate(dit, (i) => ({ networkEnds: [1000 * t[i]] }));
      expect(jump).toEqual(await evaluate(dit, () => ({})));
    });

    it('with a budget has the bits of routers with that in their biases', async () => {
      for (const shift of [-1.25, 0.75]) {
        const folded = await load(withShiftedRouters(tensors, shift));
        const asked = await evaluate(dit, () => ({ routerShift: shift }));
        expect(asked).toEqual(await evaluate(folded, () => ({})));
        folded.destroy();
      }
    });

    it('works the more, the larger the budget', async () => {
      const works: number[] = [];
      for (const routerShift of [-100, -2, 0, 2, 100]) {
        works.push((await evaluate(dit, () => ({ routerShift }))).work);
      }
      expect(works).toEqual(works.toSorted((a, b) => a - b));
      expect(new Set(works).size).toBe(works.length);
      const open = { dynamicWidth: false, dynamicTokens: false };
      expect(works.at(-1)).toBe((await evaluate(dit, () => open)).work);
    });
  });

  describe('a whole run', () => {
    it.each(flowMapRuns)('"%s" comes to PyTorch’s latents', async (name) => {
      const made = await draw(dit, requestOf(name));
      expect(compare(made, await values(latents, name)).maxRel).toBeLessThan(1e-3);
    });

    it.each(['fast', 'long'])(
      '"%s": weights of 1 and 0 are the one label, bit for bit',
      async (name) => {
        const one = { classId: 2, styleId: 1 };
        const labels = [
          { ...one, weight: 3 },
          { classId: 0, styleId: 2, weight: 0 },
        ];
        const alone = requestOf(name, { labels: [{ ...one, weight: 1 }], variation: 0 });
        expect(await draw(dit, { ...alone, labels })).toEqual(await draw(dit, alone));
      },
    );

    it('an image is the same, bit for bit, alone and in a batch', async () => {
      const request = requestOf('fast');
      const batch = await draw(dit, request);
      const second = await draw(dit, { ...request, images: 1, seed: (request.seed + 1) % 2 ** 32 });
      expect(batch.slice(second.length)).toEqual(second);
    });

    it('changes with everything that a request names', async () => {
      const request = requestOf('fast', { images: 1 });
      const changes: Partial<GenerateRequest>[] = [
        {},
        { variation: 0.6 },
        { moves: { hue: 1 } },
        { guidance: 2 },
        { budget: -2 },
        { labels: [...request.labels, { classId: 0, weight: 1 }] },
      ];
      const drawn = new Set<string>();
      for (const change of changes) drawn.add(String(await draw(dit, { ...request, ...change })));
      expect(drawn.size).toBe(changes.length);
    });
  });
}

async function values(tensors: TensorMap, name: string): Promise<Float32Array<ArrayBuffer>> {
  const tensor = tensors.get(name);
  if (!tensor) throw new Error(`There is no tensor ${name}.`);
  return readFloat32(tensor);
}

/** The same weights with a number added to the last bias of every router. */
function withShiftedRouters(tensors: TensorMap, shift: number): TensorMap {
  const shifted = (tensor: CheckpointTensor): CheckpointTensor => ({
    ...tensor,
    dtype: 'f32',
    bytes: async () =>
      new Uint8Array((await readFloat32(tensor)).map((bias) => bias + shift).buffer),
  });
  const isLast = (name: string) => /router\.bias$|mlp_head\.2\.bias$/.test(name);
  return new Map(
    [...tensors].map(([name, tensor]) => [name, isLast(name) ? shifted(tensor) : tensor]),
  );
}
