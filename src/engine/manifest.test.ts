import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { DyditError } from '../errors';
import { inferDitConfig } from '../network/dit/infer-config';
import { hintsOfManifest } from '../network/manifest';
import { randomModel } from '../network/oracle/random-model';
import { namesOf, parseManifest, type Manifest } from './manifest';
import { describeModel } from './model-info';
import { mockConfig } from './testing/mock-network';

const file = new URL('../../conformance/cases/flow-map/manifest.json', import.meta.url);
const point = { shift: 0, share: 0.5, frechet: 1, top1: 0.9 };

let whole: Manifest;
beforeAll(async () => {
  whole = parseManifest(JSON.parse(await readFile(file, 'utf8')));
});

describe('a manifest is refused, naming the entry,', () => {
  it.each<[string, RegExp, (of: Manifest) => unknown]>([
    [
      'for an input that is not known',
      /"dit.condition_names.0".*"spin"/,
      (of) => ({ ...of, dit: { ...of.dit, conditions: 1, condition_names: ['spin'] } }),
    ],
    [
      'for names that are not as many as inputs',
      /"dit.condition_names": 1 names for 8/,
      (of) => ({ ...of, dit: { ...of.dit, condition_names: ['tilt'] } }),
    ],
    [
      'for more blocks of jumps than blocks',
      /"dit.jump_blocks": 4 of 3/,
      (of) => ({ ...of, dit: { ...of.dit, jump_blocks: 4 } }),
    ],
    [
      'for jumps that the network does not know',
      /"fast.sampler": there is no dit.jump_blocks/,
      (of) => ({ ...of, dit: { ...of.dit, jump_blocks: undefined } }),
    ],
    [
      'for more jumps than a run takes',
      /"fast.steps": flow-jumps takes at most 16/,
      (of) => ({ ...of, fast: { ...of.fast, steps: 17 } }),
    ],
    [
      'for guidance in jumps that is no input',
      /"fast.cfg_scale"/,
      (of) => ({ ...of, dit: { ...of.dit, conditions: 1, condition_names: ['tilt'] } }),
    ],
    [
      'for a budget that leaves less work the more it allows',
      /"budget": .*0.5 at 0, 0.4 at 1/,
      (of) => ({ ...of, budget: [{ ...point, shift: 1, share: 0.4 }, point] }),
    ],
    ['for a budget of one point', /"budget"/, (of) => ({ ...of, budget: [point] })],
    ['for two points of one shift', /"budget"/, (of) => ({ ...of, budget: [point, point] })],
    [
      'for a variation over 1',
      /"variation.default"/,
      (of) => ({ ...of, variation: { default: 1.5 } }),
    ],
  ])('%s', (_, says, change) => {
    expect(() => parseManifest(change(whole))).toThrow(DyditError);
    expect(() => parseManifest(change(whole))).toThrow(says);
  });
});

/** What the page is told of a model by this manifest. */
function described(manifest: Manifest | undefined, dynamic = true) {
  const shape = { ...mockConfig, patchSize: 2, inputSize: 8, inChannels: 8, hiddenSize: 32 };
  const { checkpoint } = randomModel(
    { ...shape, depth: 3, numHeads: 4, numStyles: 3, conditions: 8, dynamic },
    { seed: 1 },
  );
  const hints = manifest && hintsOfManifest(manifest.dit, namesOf(manifest));
  const config = inferDitConfig(checkpoint, { numHeads: 4, ...hints });
  const dit = { config, parameters: 1, weightDtype: 'int8' as const };
  return describeModel({ name: 'm', identity: '', dit, manifest });
}

describe('what weights know is told', () => {
  it('with the few steps as what to start with', () => {
    const fast = { sampler: 'flow-jumps', steps: 4, guidance: 2.5 };
    expect(described(whole)).toMatchObject({
      ...{ fast, defaults: { ...fast, guidanceChannels: 'all' }, foldedGuidance: true },
      samplers: ['flow-euler', 'flow-heun', 'flow-jumps'],
      variation: {
        names: ['mirror', 'tilt', 'zoom', 'shift_x', 'shift_y', 'hue'],
        ...{ default: 0.7, styleBlend: 0.3 },
      },
      budget: whole.budget,
    });
    expect(described(whole)).not.toHaveProperty('unnamedInputs');
  });

  it('with the budget in the order of its shifts', () => {
    const turned = parseManifest({ ...whole, budget: whole.budget?.toReversed() });
    expect(described(turned).budget).toEqual(whole.budget);
  });

  it('as nothing where no manifest is, with what is held at 0', () => {
    const alone = described(undefined);
    expect(alone).toMatchObject({ unnamedInputs: 8, foldedGuidance: false });
    expect(alone.samplers).toEqual(['flow-euler', 'flow-heun']);
    for (const name of ['fast', 'long', 'variation', 'budget'])
      expect(alone).not.toHaveProperty(name);
  });

  it('and a budget of routers that are not there is refused', () => {
    expect(() => described(whole, false)).toThrow(/has a budget, but the weights have no routers/);
  });
});
