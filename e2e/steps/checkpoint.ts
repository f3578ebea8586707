import { writeSafetensors } from '../../src/checkpoint/testing/safetensors-file';
import type { DitConfig } from '../../src/network/config';
import { randomModel } from '../../src/network/oracle/random-model';
import { stateDictShapes } from '../../src/network/oracle/state-dict';

/** A static DiT of an official width, so that its heads are known, and otherwise as small as can be. */
const smallStaticDit: DitConfig = {
  inputSize: 8,
  patchSize: 2,
  inChannels: 4,
  hiddenSize: 384,
  depth: 1,
  numHeads: 6,
  mlpRatio: 4,
  learnSigma: true,
  numClasses: 3,
  numStyles: 0,
  objective: 'epsilon',
  dynamic: false,
};

/** The `.safetensors` file of a small static DiT with random weights. */
export function staticCheckpoint(): Buffer {
  const { tensors } = randomModel(smallStaticDit, { seed: 1 });
  const shapes = stateDictShapes(smallStaticDit);
  const parts = [...tensors].map(([name, values]) => ({
    ...{ name, dtype: 'F32', shape: shapes.get(name) ?? [], bytes: new Uint8Array(values.buffer) },
  }));
  return Buffer.from(writeSafetensors(parts));
}
