import { openAsBlob } from 'node:fs';
import { readFile } from 'node:fs/promises';
import * as v from 'valibot';
import { readFloat32 } from '../../../checkpoint/decode';
import { openCheckpoint } from '../../../checkpoint/open';
import type { DitConfig } from '../../config';
import type { ReferenceGuidance } from '../guidance';

/** Tensors by name, each with its shape. */
export class NamedArrays {
  constructor(
    readonly values: ReadonlyMap<string, Float32Array>,
    private readonly shapes: ReadonlyMap<string, readonly number[]>,
  ) {}

  shape(name: string): readonly number[] {
    const shape = this.shapes.get(name);
    if (shape === undefined) throw new Error(`The file has no tensor "${name}".`);
    return shape;
  }

  all(name: string): Float32Array {
    const values = this.values.get(name);
    if (values === undefined) throw new Error(`The file has no tensor "${name}".`);
    return values;
  }

  /** Slice `index` along the first dimension. */
  item(name: string, index: number): Float32Array {
    const size = this.all(name).length / this.shape(name)[0];
    return this.all(name).slice(index * size, (index + 1) * size);
  }
}

/** A conformance case as the authors' code left it. */
export interface CaseFolder {
  readonly config: DitConfig;
  readonly guidance: ReferenceGuidance;
  readonly steps: number;
  /** The model's weights. */
  readonly model: NamedArrays;
  /** Inputs and outputs. */
  readonly data: NamedArrays;
}

const caseSchema = v.object({
  static: v.optional(v.boolean(), false),
  config: v.object({
    input_size: v.number(),
    patch_size: v.number(),
    in_channels: v.number(),
    hidden_size: v.number(),
    depth: v.number(),
    num_heads: v.number(),
    num_classes: v.number(),
  }),
  mlp_ratio: v.number(),
  cfg_scale: v.number(),
  cfg_channels: v.number(),
  sampling_steps: v.number(),
});

const casesFolder = new URL('../../../../conformance/cases/', import.meta.url);

/**
 * @param name folder below conformance/cases
 */
export async function readCaseFolder(name: string): Promise<CaseFolder> {
  const folder = new URL(`${name}/`, casesFolder);
  const text = await readFile(new URL('case.json', folder), 'utf8');
  const description = v.parse(caseSchema, JSON.parse(text));
  const { config } = description;
  return {
    config: {
      inputSize: config.input_size,
      patchSize: config.patch_size,
      inChannels: config.in_channels,
      hiddenSize: config.hidden_size,
      depth: config.depth,
      numHeads: config.num_heads,
      mlpRatio: description.mlp_ratio,
      learnSigma: true,
      numClasses: config.num_classes,
      numStyles: 0,
      objective: 'epsilon',
      dynamic: !description.static,
    },
    guidance: { scale: description.cfg_scale, channels: description.cfg_channels },
    steps: description.sampling_steps,
    model: await readArrays(new URL('model.pt', folder)),
    data: await readArrays(new URL('case.safetensors', folder)),
  };
}

/** Every tensor of a checkpoint file, in f32. */
export async function readArrays(file: URL): Promise<NamedArrays> {
  const { tensors } = await openCheckpoint(await openAsBlob(file), file.pathname);
  const values = new Map<string, Float32Array>();
  const shapes = new Map<string, readonly number[]>();
  for (const [name, tensor] of tensors) {
    values.set(name, await readFloat32(tensor));
    shapes.set(name, tensor.shape);
  }
  return new NamedArrays(values, shapes);
}
