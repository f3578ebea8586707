import type { TensorMap } from '../../checkpoint/checkpoint';
import { isTinyVae } from '../../checkpoint/layouts/decoder-keys';
import { officialHeads } from '../dit/official-sizes';
import type { TimeFrequencies } from '../config';
import { firstOf, type ModelAnswers, type Prediction } from './answers';

/** A choice that the visitor may have to make. */
interface Choice<Id extends keyof ModelAnswers, Value> {
  /** The answer it gives. */
  readonly id: Id;
  readonly text: string;
  /** Likely first. */
  readonly options: readonly { readonly value: Value; readonly label: string }[];
  /**
   * True where nothing tells the answer, so that it is to be asked; false where it is known and may
   * still be changed.
   */
  readonly open: boolean;
}

export type Question =
  | Choice<'numHeads', number>
  | Choice<'prediction', Prediction>
  | Choice<'timeScale', number>
  | Choice<'timeFrequencies', TimeFrequencies>
  | Choice<'nullClass', boolean>
  | Choice<'space', 'latents' | 'pixels'>
  | Choice<'latentScale', number>
  | Choice<'normGroups', number>
  | Choice<'imageNet', boolean>;

/** What the questions are about. */
export interface Subject {
  /** Under the official names. */
  readonly dit: TensorMap;
  /** Under diffusers' names. */
  readonly vae?: TensorMap;
  /** By whose names the file has the DiT. */
  readonly naming: 'official' | 'diffusers';
}

/**
 * What shapes can't tell about a model, each with the likely answer first.
 * @param known what files say or the visitor answered; it comes first in its question
 */
export function questionsAbout(subject: Subject, known: ModelAnswers): readonly Question[] {
  const { dit, vae } = subject;
  const prediction = askPrediction(dit, known);
  const questions: (Question | undefined)[] = [
    askHeads(dit, known),
    prediction,
    prediction.options[0].value === 'flow-v' ? askTimeScale(dit, known) : undefined,
    askTimeFrequencies(subject, known),
    askNullClass(dit, known),
    askSpace(dit, vae, known),
    // A tiny decoder has no norms, and takes latents as they are.
    ...(vae && !isTinyVae(vae) ? [askLatentScale(vae, known), askNormGroups(vae, known)] : []),
    askImageNet(dit, known),
  ];
  return questions.filter((question) => question !== undefined);
}

/** What is known, and of the rest the likeliest. */
export function likelyAnswers(subject: Subject, known: ModelAnswers): ModelAnswers {
  const likely = questionsAbout(subject, known).map(({ id, options }): ModelAnswers => {
    const [{ value }] = options;
    return { [id]: value };
  });
  return firstOf(known, ...likely);
}

interface Offer<Value> {
  readonly value: Value;
  readonly label: string;
}

/** The options with the known one first, added where it is not among them. */
function order<Value>(
  options: readonly Offer<Value>[],
  known: Value | undefined,
): readonly Offer<Value>[] {
  if (known === undefined) return options;
  const first = options.find(({ value }) => value === known) ?? {
    value: known,
    label: String(known),
  };
  return [first, ...options.filter(({ value }) => value !== known)];
}

function sizeOf(tensors: TensorMap, name: string, axis: number): number {
  return tensors.get(name)?.shape[axis] ?? 0;
}

function isDynamic(dit: TensorMap): boolean {
  return dit.has('blocks.0.attn_rate.router.weight');
}

/** Channels of a head, likeliest first. */
const usualHeadSizes: readonly number[] = [64, 72, 32, 128, 96, 48, 80, 16, 8];

function askHeads(dit: TensorMap, known: ModelAnswers): Question | undefined {
  if (isDynamic(dit)) return undefined;
  const width = sizeOf(dit, 'x_embedder.proj.weight', 0);
  const official = officialHeads.get(width);
  const counts = usualHeadSizes
    .map((size) => width / size)
    .filter((heads) => Number.isInteger(heads));
  const all = [...new Set([...(official === undefined ? [] : [official]), ...counts, 1])];
  const options = all.map((value) => ({ value, label: `${value} of ${width / value} channels` }));
  return {
    id: 'numHeads',
    text: 'How many attention heads does a layer have?',
    options: order(options, known.numHeads),
    open: known.numHeads === undefined && official === undefined,
  };
}

function learnsSigma(dit: TensorMap): boolean {
  const patch = sizeOf(dit, 'x_embedder.proj.weight', 2);
  const channels = sizeOf(dit, 'x_embedder.proj.weight', 1);
  return sizeOf(dit, 'final_layer.linear.weight', 0) === 2 * channels * patch ** 2;
}

function askPrediction(dit: TensorMap, known: ModelAnswers): Choice<'prediction', Prediction> {
  const epsilon: Offer<Prediction> = { value: 'epsilon', label: 'The noise (DiT, DyDiT)' };
  const flow: Offer<Prediction> = { value: 'flow-v', label: 'The velocity of a flow (SiT)' };
  const v: Offer<Prediction> = { value: 'v', label: 'v of a diffusion' };
  const likely = learnsSigma(dit) ? [epsilon, flow, v] : [flow, epsilon, v];
  return {
    id: 'prediction',
    text: 'What does the network predict?',
    options: order(likely, known.prediction),
    // DyDiT's authors released models that predict noise and its variance, and none other.
    open: known.prediction === undefined && !(isDynamic(dit) && learnsSigma(dit)),
  };
}

function askTimeScale(dit: TensorMap, known: ModelAnswers): Question {
  const thousand = { value: 1000, label: '0 to 1000' };
  const one = { value: 1, label: '0 to 1 (the official SiT)' };
  // SiT keeps DiT's outputs of a variance, without using them.
  const likely = learnsSigma(dit) ? [one, thousand] : [thousand, one];
  return {
    id: 'timeScale',
    text: 'Over what range does the time run that the network gets?',
    options: order(likely, known.timeScale),
    open: known.timeScale === undefined,
  };
}

function askTimeFrequencies({ naming, dit }: Subject, known: ModelAnswers): Question | undefined {
  if (naming !== 'diffusers') return undefined;
  const official: Offer<TimeFrequencies> = { value: 'official', label: 'by the official code' };
  const diffusers: Offer<TimeFrequencies> = { value: 'diffusers', label: 'by diffusers' };
  return {
    id: 'timeFrequencies',
    text: 'By whose code is the time to be embedded?',
    // diffusers has no DyDiT: these weights only have its names.
    options: order(
      isDynamic(dit) ? [official, diffusers] : [diffusers, official],
      known.timeFrequencies,
    ),
    open: false,
  };
}

/** Sizes of well-known sets of classes, which a table without a null class has rows of. */
const usualClassCounts: ReadonlySet<number> = new Set([
  10, 100, 101, 102, 200, 365, 1000, 10450, 21841,
]);

function askNullClass(dit: TensorMap, known: ModelAnswers): Question {
  const rows = sizeOf(dit, 'y_embedder.embedding_table.weight', 0);
  const sure = known.numClasses === undefined ? known.nullClass : rows > known.numClasses;
  const yes = { value: true, label: `Yes: ${rows - 1} classes, and a row for none` };
  const no = { value: false, label: `No: ${rows} classes; guidance is then not possible` };
  return {
    id: 'nullClass',
    text: 'Was the model trained to draw without a class as well?',
    options: order(usualClassCounts.has(rows) ? [no, yes] : [yes, no], sure),
    open: sure === undefined && !usualClassCounts.has(rows - 1),
  };
}

function askSpace(
  dit: TensorMap,
  vae: TensorMap | undefined,
  known: ModelAnswers,
): Question | undefined {
  const channels = sizeOf(dit, 'x_embedder.proj.weight', 1);
  if (vae || (channels !== 1 && channels !== 3)) return undefined;
  const pixels: Offer<'latents' | 'pixels'> = { value: 'pixels', label: 'The picture itself' };
  const latents: Offer<'latents' | 'pixels'> = { value: 'latents', label: 'Latents of a VAE' };
  return {
    id: 'space',
    text: `What are the ${channels === 1 ? 'one channel' : 'three channels'} that it draws?`,
    options: order([pixels, latents], known.space),
    open: known.space === undefined,
  };
}

function askLatentScale(vae: TensorMap, known: ModelAnswers): Question {
  const channels = sizeOf(vae, 'decoder.conv_in.weight', 1);
  const sd = { value: 0.18215, label: '0.18215 (Stable Diffusion 1 and 2, the official DiT)' };
  const sdxl = { value: 0.13025, label: '0.13025 (Stable Diffusion XL)' };
  const one = { value: 1, label: '1 (not scaled)' };
  return {
    id: 'latentScale',
    text: 'By what were latents multiplied for training?',
    options: order(channels === 4 ? [sd, sdxl, one] : [one, sd, sdxl], known.latentScale),
    open: known.latentScale === undefined,
  };
}

function askNormGroups(vae: TensorMap, known: ModelAnswers): Question {
  const norms = [...vae].flatMap(([name, { shape }]) =>
    /^decoder\..*norm\d?\.weight$|^decoder\.conv_norm_out\.weight$/.test(name) ? [shape[0]] : [],
  );
  const fitting = [32, 16, 8, 4, 2, 1].filter((groups) =>
    norms.every((size) => size % groups === 0),
  );
  return {
    id: 'normGroups',
    text: 'Into how many groups do the norms of the VAE split its channels?',
    options: order(
      fitting.map((value) => ({ value, label: String(value) })),
      known.normGroups,
    ),
    // Every published autoencoder of the kind has 32 where its channels allow.
    open: known.normGroups === undefined && !fitting.includes(32),
  };
}

/** Classes of ImageNet-1k. */
const imageNetClasses = 1000;

function askImageNet(dit: TensorMap, known: ModelAnswers): Question | undefined {
  const rows = sizeOf(dit, 'y_embedder.embedding_table.weight', 0);
  if (known.classNames || (rows !== imageNetClasses && rows !== imageNetClasses + 1)) {
    return undefined;
  }
  const yes = { value: true, label: 'Yes, with their names' };
  const no = { value: false, label: 'No, number them' };
  return {
    id: 'imageNet',
    text: 'Are its 1,000 classes those of ImageNet?',
    options: order([yes, no], known.imageNet),
    open: known.imageNet === undefined,
  };
}
