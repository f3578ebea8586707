import { describe, expect, it } from 'vitest';
import { referenceGuided } from '../network/oracle/guidance';
import { readCaseFolder, type CaseFolder } from '../network/oracle/testing/case-folder';
import { expectClose } from '../network/oracle/testing/expect-close';
import { ddimSampler } from '../sampler/ddim';
import { ddpmSampler } from '../sampler/ddpm';
import type { Sampler } from '../sampler/denoiser';
import { ArrayDenoiser } from '../sampler/testing/array-denoiser';

/** Both guidance halves of an item after sampling. */
interface Halves {
  readonly conditional: Float64Array;
  readonly unconditional: Float64Array;
}

/**
 * Samples item `item` of `cfg_x` as the authors' code does: the network reads the conditional
 * half's latent for both halves, which are otherwise apart, each with its own noise.
 */
async function sample(folder: CaseFolder, sampler: Sampler, item: number): Promise<Halves> {
  const { config, guidance, model, data } = folder;
  const half = data.shape('cfg_x')[0] / 2;
  const size = data.item('cfg_x', 0).length;
  const y = data.item('cfg_y', item)[0];
  const noiseOf = (index: number) => (step: number) =>
    data.item('ddpm_noise', step).slice(index * size, (index + 1) * size);

  const ofOtherHalf: Float64Array[] = [];
  const conditional = Float64Array.from(data.item('cfg_x', item));
  const predict = (evaluation: number, x: Float64Array) => {
    const input = { x, t: sampler.networkTimes[evaluation], y };
    const gates = { width: true, tokens: true };
    const guided = referenceGuided(config, model.values, input, guidance, gates);
    ofOtherHalf.push(guided.unconditional.out);
    return guided.conditional.out;
  };
  await sampler.run(new ArrayDenoiser({ latent: conditional, predict, noise: noiseOf(item) }));

  const unconditional = Float64Array.from(data.item('cfg_x', half + item));
  const replay = (evaluation: number) => ofOtherHalf[evaluation];
  await sampler.run(
    new ArrayDenoiser({ latent: unconditional, predict: replay, noise: noiseOf(half + item) }),
  );
  return { conditional, unconditional };
}

describe.each(['tiny', 'wide', 'static'])('conformance case %s', (name) => {
  it.each([
    { output: 'out_ddpm', make: ddpmSampler },
    { output: 'out_ddim', make: ddimSampler },
  ])('$output, both halves', async ({ output, make }) => {
    const folder = await readCaseFolder(name);
    const sampler = make(folder.steps);
    expect(sampler.networkTimes.toReversed()).toEqual([...folder.data.all('timesteps')]);
    const half = folder.data.shape('cfg_x')[0] / 2;
    for (let item = 0; item < half; item++) {
      const { conditional, unconditional } = await sample(folder, sampler, item);
      expectClose(conditional, folder.data.item(output, item), 1e-3);
      expectClose(unconditional, folder.data.item(output, half + item), 1e-3);
    }
  });
});
