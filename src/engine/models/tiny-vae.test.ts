import { describe, expect, it } from 'vitest';
import { taesdMini } from '../../network/testing/vae-fixtures';
import { createLocalEngine } from '../local-engine';
import { inspect } from './inspect';
import { keepModel } from './keep';
import { reportOn } from './report';
import { resolveFiles } from './resolve';
import { filesOfStored, listStored } from './stored-models';
import { caseFile, vaeFile } from './testing/field';
import { memoryStorage } from './testing/memory-storage';

const named = (files: readonly File[]) => files.map((file) => ({ name: file.name, blob: file }));
const dit = () => caseFile('tiny', 'model.pt');
const layouts = ['taesd-diffusers.safetensors', 'taesd-decoder.pth'] as const;

describe('a tiny VAE (TAESD)', () => {
  it.each(layouts)('%s waits for its model, in words', async (layout) => {
    const { waiting, refused, joins } = await inspect(named([await vaeFile(layout, 'x.bin')]));
    expect(waiting).toEqual(['Waiting for the model that the tiny VAE (TAESD) belongs to.']);
    expect([refused, joins]).toEqual([[], true]);
  });

  it.each(layouts)('%s makes the pictures where there is no other', async (layout) => {
    const files = [await vaeFile(layout), await dit()];
    const { model } = await inspect(named(files));
    expect(model).toMatchObject({ hasVae: true, hasPreview: false });
    // It takes latents as they are: there is nothing to ask about it.
    const asked = model?.questions.map(({ id }) => id) ?? [];
    expect(asked.filter((id) => id === 'latentScale' || id === 'normGroups')).toEqual([]);
    const resolved = await resolveFiles(named(files));
    expect(resolved.vae?.config).toEqual(taesdMini);
    expect(resolved.preview).toBeUndefined();
  });

  it('beside another VAE makes the previews alone, in any order', async () => {
    const parts = [await vaeFile(layouts[1]), await vaeFile('sd-mini.safetensors'), await dit()];
    for (const files of [parts, parts.toReversed()]) {
      const { model } = await inspect(named(files));
      expect(model).toMatchObject({ hasVae: true, hasPreview: true });
      const { vae, preview } = await resolveFiles(named(files));
      expect(vae?.config).toMatchObject({ blockOutChannels: [8, 16, 24, 24] });
      expect(preview?.config).toEqual(taesdMini);
    }
    const lines = await reportOn(named(parts));
    expect(lines[0]).toContain('with its VAE and a tiny one for previews');
    expect(lines).toContain('VAE of previews');
  });

  it.each([
    ['alone', [layouts[1]], 'f16'],
    ['beside another', [layouts[0], 'sd-mini.safetensors'], 'int8'],
  ] as const)('is kept with its model, %s', async (_, decoders, dtype) => {
    const storage = memoryStorage();
    const files = [await dit(), ...(await Promise.all(decoders.map((name) => vaeFile(name))))];
    const model = await resolveFiles(named(files));
    await keepModel(storage, model, { dtype, folder: 'kept', from: [] });
    expect((await listStored(storage)).models).toHaveLength(1);
    const stored = await filesOfStored(storage, 'kept');
    const again = await resolveFiles(stored);
    expect([again.vae?.config, again.preview?.config]).toEqual([
      model.vae?.config,
      model.preview?.config,
    ]);
    // A folder of which the decoder did not come says so.
    const rest = stored.filter(({ name }) => !/^(vae|preview)-/.test(name));
    expect((await inspect(rest)).waiting[0]).toMatch(/^Waiting for vae-00001/);
  });

  it('draws, by each of its layouts', async () => {
    const engine = await createLocalEngine({ backend: 'wasm', threads: 1 });
    for (const decoders of [[layouts[0]], [layouts[1]], [layouts[1], 'sd-mini.safetensors']]) {
      const files = [await dit(), ...(await Promise.all(decoders.map((name) => vaeFile(name))))];
      const info = await engine.load({ kind: 'files', name: 'model', files });
      expect([info.hasVae, info.imageSize]).toEqual([true, 64]);
      expect(info.tinyVae).toBe(decoders.length > 1 ? 'previews' : 'pictures');
      const { pictures } = await engine.generate({
        ...{ sampler: info.defaults.sampler, steps: 3, guidance: 1, seed: 3, images: 1 },
        ...{ guidanceChannels: 3, labels: [{ classId: 1, weight: 1 }], variation: 0, budget: 0 },
        ...{ dynamicWidth: true, dynamicTokens: true, preview: 'auto' },
      });
      expect(pictures[0].width).toBe(64);
      expect(new Set(pictures[0].rgba).size).toBeGreaterThan(20);
    }
    engine.dispose();
  });
});
