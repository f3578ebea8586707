import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { openCheckpoint } from '../checkpoint/open';
import { checkDitManifest, checkVaeManifest, type DitManifest, type VaeManifest } from './manifest';

const folder = new URL('../checkpoint/fixtures/field/', import.meta.url);

async function open(name: string) {
  const file = new Blob([await readFile(new URL(name, folder))]);
  return (await openCheckpoint(file, name)).tensors;
}

const dit: DitManifest = {
  ...{ file: 'dit', input_size: 4, num_heads: 2, objective: 'epsilon', patch_size: 2 },
  ...{ in_channels: 2, hidden_size: 8, depth: 1, mlp_ratio: 4, learn_sigma: true },
  ...{ num_classes: 3, num_styles: 0 },
};
const names = { classes: 3, styles: 0 };
const vae: VaeManifest = {
  ...{ file: 'vae', latent_channels: 2, block_out_channels: [4, 8], layers_per_block: 1 },
  ...{ norm_num_groups: 2, mid_block_add_attention: true, scaling_factor: 1 },
};

describe('a manifest is held against its weights', () => {
  it('one that fits gives the configuration', async () => {
    expect(checkDitManifest(await open('plain'), dit, names)).toMatchObject({ numClasses: 3 });
    expect(checkVaeManifest(await open('vae/weights'), vae)).toMatchObject({ scalingFactor: 1 });
  });

  it('a list of as many names as the table has rows is of a model without a null class', async () => {
    const four = { ...dit, num_classes: 4 };
    const config = checkDitManifest(await open('plain'), four, { classes: 4, styles: 0 });
    expect(config).toMatchObject({ numClasses: 4, nullClass: false });
  });

  it.each<[Partial<DitManifest>, Partial<typeof names>, RegExp]>([
    [{ num_classes: 5 }, { classes: 5 }, /4 rows; 5 classes/],
    [{}, { classes: 2 }, /names 2 classes and says that there are 3/],
    [{}, { styles: 2 }, /0 styles; what came with it names 2/],
    [{ num_styles: 1 }, {}, /number of styles: 1; the weights say 0/],
    [{ num_heads: 4 }, {}, /2 heads; what came with it says 4/],
    [{ input_size: 8 }, {}, /latents of 4 a side; what came with it says 8/],
    [{ in_channels: 4 }, {}, /takes 2 channels; what came with it says 4/],
    [{ patch_size: 4 }, {}, /patch size: 4; the weights say 2/],
    [{ hidden_size: 16 }, {}, /hidden size: 16/],
    [{ depth: 2 }, {}, /number of layers: 2/],
    [{ mlp_ratio: 2 }, {}, /MLP ratio: 2/],
    [{ conditions: 2 }, {}, /number of linear inputs: 2; the weights say 0/],
    [{ condition_names: ['tilt'] }, {}, /0 linear inputs; what came with it names 1/],
    [{ jump_blocks: 2 }, {}, /1 blocks; 2 are said to be of jumps/],
    [{ jump_blocks: 1 }, {}, /only flows jump/],
    [{ learn_sigma: false }, {}, /variance is learned: false; the weights say true/],
  ])('a DiT, %o %o', async (change, counts, message) => {
    const tensors = await open('plain');
    expect(() => checkDitManifest(tensors, { ...dit, ...change }, { ...names, ...counts })).toThrow(
      message,
    );
  });

  it.each<[Partial<VaeManifest>, RegExp]>([
    [{ latent_channels: 4 }, /latent channels of the VAE: 4; the weights say 2/],
    [{ block_out_channels: [8, 8] }, /levels: 8, 8; the weights say 4, 8/],
    [{ layers_per_block: 2 }, /layers of the VAE's levels: 2/],
    [{ mid_block_add_attention: false }, /attention: false/],
    [{ norm_num_groups: 3 }, /do not split into 3 norm groups/],
  ])('a VAE, %o', async (change, message) => {
    const tensors = await open('vae/weights');
    expect(() => checkVaeManifest(tensors, { ...vae, ...change })).toThrow(message);
  });
});
