import type { ModelInfo } from '../../src/engine/api';
import { samplingWith } from '../../src/store/sampling';
import { budgetLimits, guidanceLimits, stepLimits, type Settings } from '../../src/store/settings';
import type { Range } from '../../src/store/limits';
import type { Part } from '../../src/store/subject';
import {
  classSlugs,
  findClass,
  findStyle,
  slug,
  styleSlugs,
} from '../../src/store/shared-settings';
import { nearestNames } from '../../src/store/nearest-names';
import type { DrawOptions, MixOption } from './options';
import { UsageError } from '../command';

/**
 * The page's settings for all pictures of a command, with `images` as its count.
 * @param randomSeed for where none was given
 * @throws UsageError where the model lacks what was named, with the names most like it
 */
export function settingsFor(
  options: DrawOptions,
  model: ModelInfo,
  randomSeed: () => number,
): Settings {
  const { defaults, samplers } = model;
  const sampler = options.sampler ?? defaults.sampler;
  if (!samplers.includes(sampler)) {
    throw new UsageError(
      `The sampler ${sampler} does not fit this model; ${samplers.join(' and ')} do.`,
    );
  }
  const { steps, guidance } = samplingWith(sampler, defaults, model);
  const variations = { min: 0, max: model.variation ? 1 : 0 };
  expectWithin('steps', options.steps, stepLimits(sampler));
  expectWithin('guidance', options.guidance, guidanceLimits(sampler, model));
  expectWithin('variation', options.variation, variations);
  expectWithin('budget', options.budget, budgetLimits(model));
  expectMoves(options.moves, model);
  return {
    classId: classOf(options.subject, model),
    styleId: styleOf(options.style, model),
    mix: partOf(options.mix, (name) => classOf(name, model)),
    styleMix: partOf(options.styleMix, (name) => styleOf(name, model)),
    seed: options.seed ?? randomSeed(),
    sampler,
    steps: options.steps ?? steps,
    guidance: options.guidance ?? guidance,
    images: options.count,
    variation: options.variation ?? model.variation?.default ?? 0,
    budget: options.budget ?? 0,
    dynamicWidth: options.dynamicWidth && model.dynamic,
    dynamicTokens: options.dynamicTokens && model.dynamic,
  };
}

/** @throws UsageError where the model, or the sampler, takes no such value */
function expectWithin(flag: string, value: number | undefined, { min, max }: Range): void {
  if (value === undefined || (value >= min && value <= max)) return;
  throw new UsageError(
    min === max
      ? `This model, with this sampler, takes --${flag} ${min} alone.`
      : `With this model and sampler, --${flag} takes a number from ${min} to ${max}, not ${value}.`,
  );
}

function expectMoves(moves: DrawOptions['moves'] = {}, { variation }: ModelInfo): void {
  const known: readonly string[] = variation?.names ?? [];
  const strange = Object.keys(moves).find((name) => !known.includes(name));
  if (strange === undefined) return;
  throw new UsageError(
    known.length === 0
      ? 'This model knows no moves.'
      : `This model does not know the move ${strange}, but ${known.join(', ')}.`,
  );
}

function partOf(option: MixOption | undefined, find: (name: string) => number | null): Part | null {
  if (!option) return null;
  const id = find(option.name);
  if (id === null) throw new UsageError('A mix takes a style by its name, not any.');
  return { id, share: option.share };
}

function classOf(subject: string, model: ModelInfo): number {
  const found = findClass(model, subject) ?? findClass(model, slug(subject));
  if (found !== undefined) return found;
  const near = nearestNames(slug(subject), classSlugs(model.classes));
  throw new UsageError(`There is no class "${subject}". ${suggestion(near)}`);
}

function styleOf(style: string | undefined, model: ModelInfo): number | null {
  if (style === undefined) return model.styles.length > 0 ? 0 : null;
  const found = findStyle(model, style);
  if (found !== undefined) return found;
  if (model.styles.length === 0) throw new UsageError('This model has no styles.');
  const names = styleSlugs(model.styles);
  const near = nearestNames(slug(style), names);
  throw new UsageError(
    `There is no style "${style}". ${near.length > 0 ? suggestion(near) : `There are ${names.join(', ')}.`}`,
  );
}

function suggestion(near: readonly string[]): string {
  if (near.length === 0) return '--list shows all.';
  return `Did you mean ${near.join(', ')}?`;
}
