import type { AdapterReport, ModelInfo } from '../worker/api';
import type { Settings } from './settings';

/**
 * Multiply-adds of all blocks for one image and one evaluation, nearly: a DiT block has 18 D^2
 * weights of which 12 D^2 meet every token, and little of a model lies outside its blocks.
 */
function evaluationMultiplyAdds({ parameters, tokens }: ModelInfo): number {
  return (12 / 18) * parameters * tokens;
}

/** A kernel in a run does not reach what it does alone: launches, small layers, the decoder. */
const reachedShare = 0.7;

/** A rough guess, in milliseconds, before anything has run: "a minute" or "an hour"? */
export function guessRunMs(adapter: AdapterReport, model: ModelInfo, settings: Settings): number {
  const halves = settings.guidance === 1 ? 1 : 2;
  const evaluations = settings.steps * (settings.sampler === 'flow-heun' ? 2 : 1);
  const multiplyAdds = evaluationMultiplyAdds(model) * evaluations * halves * settings.images;
  return (2 * multiplyAdds) / (adapter.linearGflops * reachedShare * 1e6);
}
