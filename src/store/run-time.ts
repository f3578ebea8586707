import type { MachineReport, ModelInfo } from '../engine/api';
import type { AppState } from './app-state';
import type { Settings } from './settings';

/** Network evaluations over all steps, images and halves of guidance. */
function evaluationsOf({ steps, images, guidance, sampler }: Settings): number {
  return steps * images * (sampler === 'flow-heun' ? 2 : 1) * (guidance === 1 ? 1 : 2);
}

/**
 * Multiply-adds of all blocks for one image and one evaluation, nearly: a DiT block has 18 D^2
 * weights of which 12 D^2 meet every token, and little of a model lies outside its blocks.
 */
function evaluationMultiplyAdds({ parameters, tokens }: ModelInfo): number {
  return (12 / 18) * parameters * tokens;
}

/** A kernel in a run does not reach what it does alone: launches, small layers, the decoder. */
const reachedShare = 0.6;

/** A rough guess before anything has run: seconds, or an hour? */
export function guessRunMs(machine: MachineReport, model: ModelInfo, settings: Settings): number {
  const multiplyAdds = evaluationMultiplyAdds(model) * evaluationsOf(settings);
  return (2 * multiplyAdds) / (machine.linearGflops * reachedShare * 1e6);
}

/** How long the next run will take: by what the last one took, else by the machine's speed. */
export function expectedRunMs({
  machine,
  model,
  settings,
  outcomes,
}: AppState): number | undefined {
  if (!machine || !model || !settings) return undefined;
  const last = outcomes.find((outcome) => outcome.kind === 'pictures' && outcome.model === model);
  if (last?.kind !== 'pictures') return guessRunMs(machine, model, settings);
  const { totalMs } = last.result.statistics;
  return (totalMs * evaluationsOf(settings)) / evaluationsOf(last.settings);
}
