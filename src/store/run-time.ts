import type { MachineReport, ModelInfo, RunStatistics } from '../engine/api';
import type { Outcome } from './app-state';
import { budgetFactor } from './budget';
import { evaluationsAPicture } from './sampling';
import type { Settings } from './settings';

/** Mean shares of heads, MLP groups and tokens that a network uses, in 0..1. */
type Shares = RunStatistics['shares'];

/** What a dynamic model leaves out, until a run has shown it: about what DyDiT's routers do. */
const usualShares: Shares = { heads: 0.8, groups: 0.75, tokens: 0.75 };

/** Of a block's multiply-adds a third is attention's, the rest the MLP's (DyDiT, section 3). */
const attentionShare = 1 / 3;

/** A kernel in a run does not reach what it does alone: launches, small layers, previews. */
const reachedShare = 0.6;

/** Share of a static evaluation's work that remains with toggles and budget as they are. */
function workShare(model: ModelInfo, settings: Settings, shares: Shares): number {
  const { dynamicWidth, dynamicTokens, budget } = settings;
  const heads = dynamicWidth ? shares.heads : 1;
  const groups = dynamicWidth ? shares.groups : 1;
  const tokens = dynamicTokens ? shares.tokens : 1;
  const asLearned = attentionShare * heads + (1 - attentionShare) * groups * tokens;
  return dynamicWidth || dynamicTokens ? asLearned * budgetFactor(model, budget) : asLearned;
}

/** Multiply-adds of sampling. */
function samplingWork(model: ModelInfo, settings: Settings, shares: Shares): number {
  const evaluations = evaluationsAPicture(settings, model) * settings.images;
  return model.cost.evaluation * evaluations * workShare(model, settings, shares);
}

/** A guess before anything has run: seconds, or an hour? */
export function guessRunMs(machine: MachineReport, model: ModelInfo, settings: Settings): number {
  const sampling = samplingWork(model, settings, usualShares);
  const decoding = model.cost.decode * settings.images;
  return (2 * (sampling + decoding)) / (machine.linearGflops * reachedShare * 1e6);
}

/** What a guess is made from. */
export interface Experience {
  readonly machine: MachineReport | null;
  readonly model: ModelInfo | null;
  readonly outcomes: readonly Outcome[];
}

/**
 * How long a run will take: by what the last one on this machine took and left out, else by the
 * machine's speed.
 */
export function estimateRunMs(
  { machine, model, outcomes }: Experience,
  settings: Settings,
): number | undefined {
  if (!machine || !model) return undefined;
  const last = outcomes.find(
    (outcome) =>
      outcome.kind === 'pictures' &&
      outcome.model === model &&
      outcome.machine === machine &&
      outcome.begunOn === undefined,
  );
  if (last?.kind !== 'pictures') return guessRunMs(machine, model, settings);
  const { samplingMs, decodeMs, shares } = last.result.statistics;
  const known: Shares = {
    heads: last.settings.dynamicWidth ? shares.heads : usualShares.heads,
    groups: last.settings.dynamicWidth ? shares.groups : usualShares.groups,
    tokens: last.settings.dynamicTokens ? shares.tokens : usualShares.tokens,
  };
  const sampling = samplingWork(model, settings, known) / samplingWork(model, last.settings, known);
  return samplingMs * sampling + (decodeMs * settings.images) / last.settings.images;
}

/** The same for the settings in use. */
export function expectedRunMs(
  app: Experience & { readonly settings: Settings | null },
): number | undefined {
  return app.settings ? estimateRunMs(app, app.settings) : undefined;
}
