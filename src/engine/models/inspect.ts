import type { WeightsChoice } from '../../checkpoint/choose-weights';
import { assemble, type Assembly } from '../../checkpoint/files/assemble';
import type { NamedFile } from '../../checkpoint/files/named-file';
import { targetDtypes, type TargetDtype } from '../../checkpoint/convert/converted-tensor';
import { identityOf } from '../../checkpoint/integrity';
import { describeDit } from '../../checkpoint/layouts/expect';
import { elementCount } from '../../checkpoint/layout';
import type { CheckpointDtype, TensorMap } from '../../checkpoint/tensor';
import { DyditError, type ErrorReport } from '../../errors';
import type { ModelAnswers } from '../../network/answers/answers';
import { askAbout } from '../../network/answers/describe';
import { likelyAnswers, type Question } from '../../network/answers/questions';
import { keptBytes } from './keep';
import type { ModelChoice } from './model-choice';
import { resolveAssembly } from './resolve';

/** A file that can't be used, and why. */
export interface RefusedReport {
  readonly index: number;
  readonly name: string;
  readonly error: ErrorReport;
}

/** A model that is whole, as the page needs to know it before it is loaded. */
export interface InspectedModel {
  /** Name of its file, or of its manifest. */
  readonly name: string;
  /** "DyDiT of 12 layers" */
  readonly kind: string;
  /** Of its files alone, whatever is chosen or answered. */
  readonly filesIdentity: string;
  readonly parameters: number;
  /** What most of its weights are stored as. */
  readonly dtype: CheckpointDtype | 'int8';
  readonly hasVae: boolean;
  /** Whether a tiny VAE beside that makes the previews. */
  readonly hasPreview: boolean;
  /** Sets of weights in its file, the likeliest first. */
  readonly choices: readonly WeightsChoice[];
  readonly chosen: string;
  readonly questions: readonly Question[];
  /** What the questions are answered with for now. */
  readonly answers: ModelAnswers;
  /** Whether a manifest says all, so that there is nothing to answer. */
  readonly isDescribed: boolean;
  /** What files say and is not used, a sentence each. */
  readonly leftOut: readonly string[];
  /** What it takes in a store, by type. */
  readonly keptBytes: Readonly<Record<TargetDtype, number>>;
  /** Why it can't be loaded by these answers. */
  readonly problem?: ErrorReport;
}

/** A file that nothing is done with, and why. */
export interface PassedOverReport {
  readonly index: number;
  readonly sentence: string;
}

/** What files come to, in plain data. */
export interface Inspection {
  readonly model?: InspectedModel;
  /** What has to come yet, a sentence each; what is here already is of use. */
  readonly waiting: readonly string[];
  readonly refused: readonly RefusedReport[];
  /** Indexes of files that are parts of something that is not whole. */
  readonly parts: readonly number[];
  /** Indexes of files that are of no use: refused, or of a model that another one came after. */
  readonly useless: readonly number[];
  /** What is to be said of files that are sound and of no use. */
  readonly passedOver: readonly PassedOverReport[];
  /** Whether there is anything in it that joins a model: a VAE, names, a configuration. */
  readonly joins: boolean;
}

/**
 * Looks at files without loading anything.
 * @throws DyditError `internal` alone; what is wrong with files is in the answer
 */
export async function inspect(
  files: readonly NamedFile[],
  choice: ModelChoice = {},
): Promise<Inspection> {
  const assembly = await assemble(files, { weights: choice.weights });
  const refused = assembly.refused.map(({ file, error }) => ({
    index: files.indexOf(file),
    name: file.name,
    error: error.toReport(),
  }));
  const waiting = assembly.waiting.map(({ sentence }) => sentence);
  const joins =
    assembly.vae !== undefined || assembly.labels !== undefined || assembly.configs.length > 0;
  const indexes = (some: readonly NamedFile[]) => some.map((file) => files.indexOf(file));
  const parts = indexes(assembly.parts);
  const useless = [...refused.map(({ index }) => index), ...indexes(assembly.leftOver)];
  const passedOver = assembly.passedOver.map(({ file, sentence }) => ({
    ...{ index: files.indexOf(file), sentence },
  }));
  const found = { waiting, refused, joins, parts, useless, passedOver };
  // A manifest speaks of all of a model: without its VAE it is not whole.
  if (!assembly.dit || (assembly.manifest && waiting.length > 0)) return found;
  return { ...found, model: await inspectModel(assembly, choice) };
}

async function inspectModel(assembly: Assembly, choice: ModelChoice): Promise<InspectedModel> {
  const { dit, vae, preview, manifest } = assembly;
  if (!dit) throw new DyditError('internal', 'There is no model to look at.');
  const { checkpoint } = dit;
  const { subject, known, questions, leftOut } = askAbout(assembly, choice.answers);
  const weights = [dit, vae, preview].flatMap((part) => part?.files ?? []).map(({ blob }) => blob);
  const about = {
    name: dit.files[0].name,
    kind: describeDit(checkpoint.tensors),
    filesIdentity: await identityOf(weights),
    parameters: countElements(checkpoint.tensors),
    dtype: commonDtype(checkpoint.tensors),
    hasVae: vae !== undefined,
    hasPreview: preview !== undefined,
    choices: checkpoint.choices,
    chosen: checkpoint.chosen,
    isDescribed: manifest !== undefined,
    questions: manifest ? [] : questions,
    leftOut: manifest ? [] : leftOut,
    answers: likelyAnswers(subject, known),
  };
  try {
    const model = await resolveAssembly(assembly, choice, { trusted: true });
    const sizes = targetDtypes.map((dtype) => [dtype, keptBytes(model, dtype)] as const);
    const [f32, f16, int8] = sizes.map(([, bytes]) => bytes);
    return { ...about, name: model.name, keptBytes: { f32, f16, int8 } };
  } catch (thrown) {
    const problem = DyditError.from(thrown).toReport();
    return { ...about, keptBytes: { f32: 0, f16: 0, int8: 0 }, problem };
  }
}

function countElements(tensors: TensorMap): number {
  return [...tensors.values()].reduce((sum, { shape }) => sum + (elementCount(shape) ?? 0), 0);
}

/** The type that most elements have. */
function commonDtype(tensors: TensorMap): CheckpointDtype | 'int8' {
  const counts = new Map<CheckpointDtype | 'int8', number>();
  for (const { dtype, stored = dtype, shape } of tensors.values()) {
    counts.set(stored, (counts.get(stored) ?? 0) + (elementCount(shape) ?? 0));
  }
  const most = [...counts].toSorted(([, a], [, b]) => b - a).at(0);
  return most?.[0] ?? 'f32';
}
