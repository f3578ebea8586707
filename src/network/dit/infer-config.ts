import { DyditError } from '../../errors';
import type { CheckpointTensor, TensorMap } from '../../checkpoint/checkpoint';
import { officialHeads } from './official-sizes';
import type { ConditionName } from '../conditions';
import type { DitConfig, Objective, TimeFrequencies } from '../config';

/** Latent side of the official 256-pixel models, for checkpoints without a position table. */
const officialInputSize = 32;

/** What a checkpoint does not say by its shapes, from a manifest or the caller. */
export interface DitHints {
  readonly numHeads?: number;
  readonly inputSize?: number;
  readonly objective?: Objective;
  /** Classes without the null class; says by itself whether there is one. */
  readonly numClasses?: number;
  /** Whether the last row of the class table stands for "no class". */
  readonly nullClass?: boolean;
  readonly numStyles?: number;
  readonly inChannels?: number;
  readonly timeScale?: number;
  readonly timeFrequencies?: TimeFrequencies;
  /** Names of the linear inputs, in order. */
  readonly conditionNames?: readonly ConditionName[];
  readonly jumpBlocks?: number;
}

const advice = 'The engine runs DiT and DyDiT checkpoints in the layout of the official code.';

function unsupported(message: string): DyditError {
  return new DyditError('checkpoint-unsupported', message, advice);
}

/** What came with the weights does not fit them. */
function misfit(message: string): DyditError {
  return new DyditError(
    'checkpoint-unsupported',
    message,
    'The weights and what describes them belong to different models; use those of one training run.',
  );
}

function incomplete(key: string): DyditError {
  return new DyditError(
    'checkpoint-incomplete',
    `The checkpoint has no tensor "${key}".`,
    'If the model is in several files, drop the others as well; else save it whole.',
  );
}

function shapeOf(tensors: TensorMap, key: string, rank: number): readonly number[] {
  const tensor: CheckpointTensor | undefined = tensors.get(key);
  if (!tensor) throw incomplete(key);
  if (tensor.shape.length !== rank || tensor.shape.some((size) => size < 1)) {
    throw unsupported(
      `Tensor "${key}" has shape [${tensor.shape.join(', ')}]; ${rank} dimensions of at least 1 were expected.`,
    );
  }
  return tensor.shape;
}

function countBlocks(tensors: TensorMap): number {
  let depth = 0;
  while (tensors.has(`blocks.${depth}.attn.qkv.weight`)) depth++;
  if (depth === 0) throw incomplete('blocks.0.attn.qkv.weight');
  return depth;
}

function inferHeads(tensors: TensorMap, hiddenSize: number, hint: number | undefined): number {
  const router = tensors.get('blocks.0.attn_rate.router.weight');
  const heads = router ? router.shape[0] + 1 : (hint ?? officialHeads.get(hiddenSize));
  if (heads === undefined) {
    throw unsupported(
      `A static DiT of hidden size ${hiddenSize} is not one of the official sizes, and its number of heads is not in the file.`,
    );
  }
  if (hint !== undefined && hint !== heads) {
    throw misfit(`The checkpoint has ${heads} heads; what came with it says ${hint}.`);
  }
  return heads;
}

function inferInputSize(tensors: TensorMap, patchSize: number, hint: number | undefined): number {
  if (!tensors.has('pos_embed')) return hint ?? officialInputSize;
  const tokens = shapeOf(tensors, 'pos_embed', 3)[1];
  const side = Math.sqrt(tokens);
  if (!Number.isInteger(side)) {
    throw unsupported(`Tensor "pos_embed" has ${tokens} tokens, which is not a square.`);
  }
  const inputSize = side * patchSize;
  if (hint !== undefined && hint !== inputSize) {
    throw misfit(
      `"pos_embed" is for latents of ${inputSize} a side; what came with it says ${hint}.`,
    );
  }
  return inputSize;
}

/**
 * Models that predict noise mostly learn its variance as well, so that their outputs are twice as
 * many; some flow models do (SiT), but none that predicts noise without is known to be shared.
 */
function inferObjective(learnSigma: boolean, hint: Objective | undefined): Objective {
  return hint ?? (learnSigma ? 'epsilon' : 'flow-v');
}

/** Classes, and whether there is a row for none of them. */
function inferClasses(
  rows: number,
  { numClasses, nullClass }: DitHints,
): Required<Pick<DitConfig, 'numClasses' | 'nullClass'>> {
  if (numClasses === undefined) {
    const hasNull = rows > 1 && (nullClass ?? true);
    return { numClasses: hasNull ? rows - 1 : rows, nullClass: hasNull };
  }
  if (rows !== numClasses && rows !== numClasses + 1) {
    throw misfit(
      `The class table has ${rows} rows; ${numClasses} classes were said to be in it, with or without a null class.`,
    );
  }
  return { numClasses, nullClass: rows > numClasses };
}

function inferStyles(tensors: TensorMap, hint: number | undefined): number {
  const key = 's_embedder.embedding_table.weight';
  const styles = tensors.has(key) ? shapeOf(tensors, key, 2)[0] - 1 : 0;
  if (hint !== undefined && hint !== styles) {
    throw misfit(`The checkpoint has ${styles} styles; what came with it names ${hint}.`);
  }
  return styles;
}

/** Linear inputs, and their names as far as they are known. */
function inferConditions(
  tensors: TensorMap,
  hiddenSize: number,
  names: readonly ConditionName[] | undefined,
): Pick<DitConfig, 'conditions' | 'conditionNames'> {
  const key = 'a_embedder.weight';
  const [rows, conditions] = tensors.has(key) ? shapeOf(tensors, key, 2) : [hiddenSize, 0];
  if (rows !== hiddenSize) {
    throw unsupported(`Tensor "${key}" has ${rows} rows for a hidden size of ${hiddenSize}.`);
  }
  if (names && names.length !== conditions) {
    throw misfit(
      `The checkpoint has ${conditions} linear inputs; what came with it names ${names.length}.`,
    );
  }
  const twice = names?.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) {
    throw misfit(`Two linear inputs of the checkpoint are said to be called "${twice}".`);
  }
  if (conditions === 0) return {};
  return { conditions, ...(names && { conditionNames: names }) };
}

function inferJumps(
  depth: number,
  objective: Objective,
  jumpBlocks = 0,
): Pick<DitConfig, 'jumpBlocks'> {
  if (jumpBlocks === 0) return {};
  if (jumpBlocks > depth) {
    throw misfit(`The checkpoint has ${depth} blocks; ${jumpBlocks} are said to be of jumps.`);
  }
  if (objective !== 'flow-v') {
    throw misfit('The checkpoint is said to predict noise and to take jumps; only flows jump.');
  }
  return { jumpBlocks };
}

/** Refuses shapes that the kernels can't run, so that no kernel has to. */
function assertRunnable(config: DitConfig): void {
  const { hiddenSize, numHeads, mlpRatio, inputSize, patchSize } = config;
  if (hiddenSize % 4 !== 0 || hiddenSize % numHeads !== 0) {
    throw unsupported(
      `Hidden size ${hiddenSize} with ${numHeads} heads: the hidden size must be a multiple of 4 and of the heads.`,
    );
  }
  if (hiddenSize / numHeads > 128) {
    throw unsupported(`Heads of ${hiddenSize / numHeads} channels: at most 128 are supported.`);
  }
  if ((mlpRatio * hiddenSize) % numHeads !== 0) {
    throw unsupported(
      `An MLP of ${mlpRatio * hiddenSize} channels does not split into ${numHeads} groups.`,
    );
  }
  if (inputSize % patchSize !== 0) {
    throw unsupported(`Latents of ${inputSize} a side do not split into patches of ${patchSize}.`);
  }
}

/**
 * Reads the shape of a model off its tensors.
 * @throws DyditError `checkpoint-incomplete` or `checkpoint-unsupported`, naming the tensor or size
 */
export function inferDitConfig(tensors: TensorMap, hints: DitHints = {}): DitConfig {
  const [hiddenSize, inChannels, patchSize] = shapeOf(tensors, 'x_embedder.proj.weight', 4);
  const [mlpWidth] = shapeOf(tensors, 'blocks.0.mlp.fc1.weight', 2);
  const [outWidth] = shapeOf(tensors, 'final_layer.linear.weight', 2);
  const [classRows] = shapeOf(tensors, 'y_embedder.embedding_table.weight', 2);
  const outChannels = outWidth / patchSize ** 2;
  if (outChannels !== inChannels && outChannels !== 2 * inChannels) {
    throw unsupported(
      `The final layer makes ${outChannels} channels from latents of ${inChannels}; ${inChannels} or ${2 * inChannels} were expected.`,
    );
  }
  const learnSigma = outChannels === 2 * inChannels;
  if (hints.inChannels !== undefined && hints.inChannels !== inChannels) {
    throw misfit(
      `The checkpoint takes ${inChannels} channels; what came with it says ${hints.inChannels}.`,
    );
  }
  const depth = countBlocks(tensors);
  const objective = inferObjective(learnSigma, hints.objective);
  const config: DitConfig = {
    inputSize: inferInputSize(tensors, patchSize, hints.inputSize),
    patchSize,
    inChannels,
    hiddenSize,
    depth,
    numHeads: inferHeads(tensors, hiddenSize, hints.numHeads),
    mlpRatio: mlpWidth / hiddenSize,
    learnSigma,
    ...inferClasses(classRows, hints),
    numStyles: inferStyles(tensors, hints.numStyles),
    objective,
    ...(hints.timeScale !== undefined && { timeScale: hints.timeScale }),
    ...(hints.timeFrequencies !== undefined && { timeFrequencies: hints.timeFrequencies }),
    ...inferConditions(tensors, hiddenSize, hints.conditionNames),
    ...inferJumps(depth, objective, hints.jumpBlocks),
    dynamic: tensors.has('blocks.0.attn_rate.router.weight'),
  };
  assertRunnable(config);
  return config;
}
