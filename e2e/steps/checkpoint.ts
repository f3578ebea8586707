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
  const header: Record<string, object> = {};
  const parts: Buffer[] = [];
  let at = 0;
  for (const [key, values] of tensors) {
    const bytes = Buffer.from(values.buffer);
    header[key] = { dtype: 'F32', shape: shapes.get(key), data_offsets: [at, at + bytes.length] };
    parts.push(bytes);
    at += bytes.length;
  }
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, ...parts]);
}
