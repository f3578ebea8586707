import type { Assembly } from '../../checkpoint/files/assemble';
import { DyditError } from '../../errors';
import type { DecoderConfig, DitConfig } from '../config';
import { inferDitConfig, type DitHints } from '../dit/infer-config';
import { inferDecoderConfig } from '../vae/config';
import { firstOf, type ModelAnswers } from './answers';
import { likelyAnswers, questionsAbout, type Question, type Subject } from './questions';
import { namesLeftOut, readAnswers } from './read-answers';

/** A model as it is about to be loaded. */
export interface ModelDescription {
  readonly dit: DitConfig;
  /** Absent without a VAE. */
  readonly vae?: DecoderConfig;
  /** What the network draws. */
  readonly space: 'latents' | 'pixels';
  /** Names of the classes, where they are known; as many as the model has. */
  readonly classNames?: readonly string[];
  /** What to ask, likely answers first; those that are not open may stay folded away. */
  readonly questions: readonly Question[];
  /** The answers that the description is made with. */
  readonly answers: ModelAnswers;
  /** The same as loading the DiT takes it. */
  readonly hints: DitHints;
}

/** What there is to ask about a model, whether or not the answers so far fit it. */
export interface Asked {
  readonly subject: Subject;
  readonly known: ModelAnswers;
  readonly questions: readonly Question[];
  /** What was said and is not used, a sentence each. */
  readonly leftOut: readonly string[];
}

/**
 * What is known of the model that files come to, by the visitor's answers, what lies beside the
 * weights and what is written in their file, in this order; and what to ask of the rest.
 *
 * @param assembly with a whole DiT
 * @throws DyditError `checkpoint-incomplete` without a DiT
 */
export function askAbout(
  { dit, vae, configs, labels }: Assembly,
  answered: ModelAnswers = {},
): Asked {
  if (!dit) {
    throw new DyditError(
      'checkpoint-incomplete',
      'There is no whole model among these files.',
      'Drop the checkpoint of a DiT or DyDiT.',
    );
  }
  const { network } = dit.checkpoint;
  const subject: Subject = {
    dit: dit.checkpoint.tensors,
    vae: vae?.checkpoint.tensors,
    naming: network.kind === 'dit' ? network.naming : 'official',
  };
  const known = firstOf(
    answered,
    labels ? { classNames: labels } : {},
    ...configs.map(({ subject: about, settings }) => relevant(about, readAnswers(settings))),
    relevant('dit', readAnswers(dit.checkpoint.settings)),
    ...(vae ? [relevant('vae', readAnswers(vae.checkpoint.settings))] : []),
  );
  const said = [...configs.map(({ settings }) => settings), dit.checkpoint.settings];
  // Names from elsewhere stand in for those that can't be shown.
  const leftOut = known.classNames ? [] : said.flatMap((each) => namesLeftOut(each) ?? []);
  return { subject, known, questions: questionsAbout(subject, known), leftOut };
}

/**
 * Describes a model by what is known of it, and by the likeliest of what is not.
 * @throws DyditError `checkpoint-unsupported` where the parts or the answers do not fit
 */
export function describeAsked({ subject, known, questions }: Asked): ModelDescription {
  const answers = likelyAnswers(subject, known);
  const hints = ditHints(subject, answers);
  const config = inferDitConfig(subject.dit, hints);
  const vaeConfig = subject.vae && inferDecoderConfig(subject.vae, vaeHints(answers));
  if (vaeConfig && vaeConfig.latentChannels !== config.inChannels) {
    throw new DyditError(
      'checkpoint-unsupported',
      `The VAE decodes ${vaeConfig.latentChannels} latent channels; the model makes ${config.inChannels}.`,
      'Drop the VAE that the model was trained with.',
    );
  }
  return {
    dit: config,
    vae: vaeConfig,
    space: vaeConfig ? 'latents' : (answers.space ?? 'latents'),
    classNames: fittingNames(answers.classNames, config.numClasses),
    ...{ questions, answers, hints },
  };
}

/** Describes the model that files come to; throws as `askAbout` and `describeAsked`. */
export function describeAssembly(assembly: Assembly, answered?: ModelAnswers): ModelDescription {
  return describeAsked(askAbout(assembly, answered));
}

/** A VAE's configuration has a `sample_size` in pixels, a pipeline's only names are of use. */
function relevant(subject: string, answers: ModelAnswers): ModelAnswers {
  const { latentScale, latentShift, normGroups, classNames, prediction } = answers;
  switch (subject) {
    case 'vae':
      return { latentScale, latentShift, normGroups };
    case 'schedule':
      return { prediction };
    case 'pipeline':
      return { classNames };
    default:
      return answers;
  }
}

function ditHints({ dit, naming }: Subject, answers: ModelAnswers): DitHints {
  const { prediction, numHeads, inputSize, numClasses, nullClass, timeScale } = answers;
  if (prediction === 'v') {
    throw new DyditError(
      'checkpoint-unsupported',
      'The model predicts v of a diffusion, which no sampler here takes.',
      'Choose another answer if that is wrong; models that predict noise or the velocity of a flow run.',
    );
  }
  return {
    ...{ numClasses, nullClass, timeScale, objective: prediction },
    // What the weights say themselves goes before what is said of them.
    numHeads: dit.has('blocks.0.attn_rate.router.weight') ? undefined : numHeads,
    inputSize: dit.has('pos_embed') ? undefined : inputSize,
    timeFrequencies: naming === 'diffusers' ? answers.timeFrequencies : undefined,
  };
}

/** What answers say of a VAE, as reading its shape takes it. */
export function vaeHints({ normGroups, latentScale, latentShift }: ModelAnswers) {
  return { normNumGroups: normGroups, scalingFactor: latentScale, shiftFactor: latentShift };
}

/** A list that has a name for the null class as well is one too long. */
function fittingNames(
  names: readonly string[] | undefined,
  classes: number,
): readonly string[] | undefined {
  if (!names) return undefined;
  if (names.length === classes || names.length === classes + 1) return names.slice(0, classes);
  throw new DyditError(
    'checkpoint-unsupported',
    `There are ${names.length} class names for a model of ${classes} classes.`,
    'Drop the list of names that belongs to this model, or leave it away.',
  );
}
