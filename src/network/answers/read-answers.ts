import { isJsonObject, type JsonObject } from '../../checkpoint/json';
import type { ModelAnswers, Prediction } from './answers';
import { firstOf } from './answers';
import { parsedSetting, readNames } from './read-names';

/** Heads of the official sizes by the letter in "DiT-XL/2" (DiT, table 1). */
const headsBySize: ReadonlyMap<string, number> = new Map([
  ['S', 6],
  ['B', 12],
  ['L', 16],
  ['XL', 16],
]);

/** Pixels a latent pixel of Stable Diffusion's VAE, with which the official code works. */
const latentFactor = 8;

/** Under what names options of one kind are nested in others. */
const nested: readonly string[] = [
  'args',
  'cfg',
  'config',
  'hparams',
  'hyper_parameters',
  'model',
  'model_args',
  'model_config',
  'model_kwargs',
  'opts',
  'options',
  'params',
  'settings',
  'dit',
  'transformer',
];

/** Options that are nested in others. */
function innerSettings(settings: JsonObject): readonly JsonObject[] {
  return nested.flatMap((key) => {
    const value = parsedSetting(settings.get(key));
    return isJsonObject(value) ? [value] : [];
  });
}

/**
 * Why names of classes are not taken, wherever they stand; undefined where some are, or there are none.
 */
export function namesLeftOut(settings: JsonObject): string | undefined {
  const { names, leftOut } = readNames(settings);
  if (names) return undefined;
  return (
    leftOut ??
    innerSettings(settings)
      .map(namesLeftOut)
      .find((each) => each !== undefined)
  );
}

/**
 * Reads what is said beside weights, in whatever of the usual names: options of a training script,
 * metadata of a safetensors file, diffusers' config.json. What can't be understood is left out.
 */
export function readAnswers(settings: JsonObject): ModelAnswers {
  const here = readHere(settings);
  return firstOf(here, ...innerSettings(settings).map(readAnswers));
}

function readHere(settings: JsonObject): ModelAnswers {
  const number = (...keys: string[]) => firstNumber(settings, keys, (value) => value);
  const count = (...keys: string[]) => firstNumber(settings, keys, wholeNumber);
  const model = textOf(settings, 'model') ?? textOf(settings, 'model_name') ?? '';
  const size = /\b[A-Za-z]*iT-(S|B|L|XL)\b/.exec(model)?.[1] ?? '';
  const imageSize = count('image_size', 'resolution');
  const usesVae = textOf(settings, 'vae') !== undefined;
  const dropout = number('class_dropout_prob', 'label_dropout', 'cfg_prob');
  return {
    numHeads:
      count('num_heads', 'num_attention_heads', 'n_heads', 'nhead', 'heads') ??
      headsBySize.get(size),
    prediction: predictionOf(settings, model),
    timeScale: number('timestep_scale', 'time_scale') ?? (isSit(settings, model) ? 1 : undefined),
    timeFrequencies: isDiffusersDit(settings) ? 'diffusers' : undefined,
    numClasses: count('num_classes', 'num_embeds_ada_norm', 'n_classes', 'class_num'),
    nullClass: dropout === undefined ? undefined : dropout > 0,
    inputSize:
      count('input_size', 'sample_size', 'latent_size') ??
      (imageSize !== undefined && usesVae ? wholeNumber(imageSize / latentFactor) : undefined),
    space: usesVae ? 'latents' : undefined,
    latentScale: number('scaling_factor', 'scale_factor', 'latent_scale', 'vae_scale'),
    latentShift: number('shift_factor'),
    normGroups: isVae(settings) ? count('norm_num_groups') : undefined,
    classNames: readNames(settings).names,
  };
}

function predictionOf(settings: JsonObject, model: string): Prediction | undefined {
  const named =
    textOf(settings, 'objective') ??
    textOf(settings, 'prediction_type') ??
    textOf(settings, 'prediction') ??
    textOf(settings, 'parameterization') ??
    '';
  // SiT calls a flow's velocity "velocity", diffusers a diffusion's "v_prediction".
  if (/^(eps|epsilon|noise)$/i.test(named)) return isSit(settings, model) ? undefined : 'epsilon';
  if (/^v(_prediction)?$/i.test(named)) return isSit(settings, model) ? 'flow-v' : 'v';
  if (/flow|velocity/i.test(named)) return 'flow-v';
  if (isSit(settings, model)) return 'flow-v';
  return /^DiT-/.test(model) ? 'epsilon' : undefined;
}

/** The official SiT's options: time runs from 0 to 1 there, and the network gets it so. */
function isSit(settings: JsonObject, model: string): boolean {
  return /^SiT-/.test(model) || settings.has('path_type');
}

function isDiffusersDit(settings: JsonObject): boolean {
  return /^(DiT)?Transformer2DModel$/.test(textOf(settings, '_class_name') ?? '');
}

function isVae(settings: JsonObject): boolean {
  return settings.has('block_out_channels') || settings.has('latent_channels');
}

function textOf(settings: JsonObject, key: string): string | undefined {
  const value = settings.get(key);
  return typeof value === 'string' ? value : undefined;
}

function firstNumber(
  settings: JsonObject,
  keys: readonly string[],
  accept: (value: number) => number | undefined,
): number | undefined {
  for (const key of keys) {
    const value = settings.get(key);
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    if (typeof number !== 'number' || !Number.isFinite(number)) continue;
    const accepted = accept(number);
    if (accepted !== undefined) return accepted;
  }
  return undefined;
}

function wholeNumber(value: number): number | undefined {
  return Number.isInteger(value) && value > 0 && value <= 1 << 20 ? value : undefined;
}
