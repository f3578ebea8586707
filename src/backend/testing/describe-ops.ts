import { afterAll, afterEach, beforeAll, describe } from 'vitest';
import type { Backend } from '../backend';
import { OpBed, type SuiteOptions } from './op-bed';
import { describeAddGated } from './ops/add-gated';
import { describeAttention } from './ops/attention';
import { describeCondition } from './ops/condition';
import { describeConv } from './ops/conv';
import { describeDecoder } from './ops/decoder';
import { describeLinear } from './ops/linear';
import { describeNorm, describeNormedProducts } from './ops/norm';
import { describePatches, describePatchesOfProducts } from './ops/patches';
import { describeSampling } from './ops/sampling';
import { describeSelectTokens } from './ops/select-tokens';
import { describeBlocks, describePrograms, describeSmallDecoder } from './programs';
import { describeStorage } from './storage';

/** Parts of the suite, each a kind of op. */
type Part = (bed: OpBed) => void;

const allParts: readonly Part[] = [
  describeStorage,
  describeLinear,
  describeAddGated,
  describeNorm,
  describeNormedProducts,
  describeAttention,
  describeSelectTokens,
  describePatches,
  describeCondition,
  describeSampling,
  describeDecoder,
  describePrograms,
];

/** Those in which a kernel of matrix products, of attention, or of convolutions, is used. */
export const suiteParts: Readonly<Record<'linear' | 'attention' | 'conv', readonly Part[]>> = {
  linear: [
    describeLinear,
    describeAddGated,
    describeNormedProducts,
    describePatchesOfProducts,
    describeBlocks,
  ],
  attention: [describeAttention, describeBlocks],
  conv: [describeConv, describeSmallDecoder],
};

/**
 * The suite that every backend passes: each op against numbers worked out by hand and against the
 * reference, programs of ops, and what a lane promises of its storage. Runs in Node and in browsers.
 */
export function describeOps(
  name: string,
  makeBackend: () => Promise<Backend>,
  options: SuiteOptions,
  parts: readonly Part[] = allParts,
): void {
  describe(`${name} backend`, () => {
    const bed = new OpBed(makeBackend, options);
    beforeAll(() => bed.open());
    afterAll(() => bed.close());
    afterEach(() => bed.expectNothingLeft());
    for (const describePart of parts) describePart(bed);
  });
}
