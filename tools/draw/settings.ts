import type { ModelInfo } from '../../src/engine/api';
import { samplingWith } from '../../src/store/sampling';
import type { Settings } from '../../src/store/settings';
import { classSlugs, findClass, findStyle, slug } from '../../src/store/shared-settings';
import { nearestNames } from '../../src/store/nearest-names';
import type { DrawOptions } from './options';
import { UsageError } from './usage';

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
  return {
    classId: classOf(options.subject, model),
    styleId: styleOf(options.style, model),
    mix: null,
    styleMix: null,
    seed: options.seed ?? randomSeed(),
    sampler,
    steps: options.steps ?? steps,
    guidance: options.guidance ?? guidance,
    images: options.count,
    variation: model.variation?.default ?? 0,
    budget: 0,
    dynamicWidth: options.dynamicWidth && model.dynamic,
    dynamicTokens: options.dynamicTokens && model.dynamic,
  };
}

function classOf(subject: string, model: ModelInfo): number {
  const found = findClass(model, subject) ?? findClass(model, slug(subject));
  if (found !== undefined) return found;
  const near = nearestNames(slug(subject), classSlugs(model.classes));
  throw new UsageError(`There is no class "${subject}". ${suggestion(near)}`);
}

function styleOf(style: string | undefined, model: ModelInfo): number | null {
  if (style === undefined) return model.styles.length > 0 ? 0 : null;
  const found = findStyle(model, slug(style));
  if (found !== undefined) return found;
  if (model.styles.length === 0) throw new UsageError('This model has no styles.');
  const names = model.styles.map(slug);
  const near = nearestNames(slug(style), names);
  throw new UsageError(
    `There is no style "${style}". ${near.length > 0 ? suggestion(near) : `There are ${names.join(', ')}.`}`,
  );
}

function suggestion(near: readonly string[]): string {
  if (near.length === 0) return '--list shows all.';
  return `Did you mean ${near.join(', ')}?`;
}
