import { DyditError } from '../errors';
import { ddimSampler } from './ddim';
import { ddpmSampler } from './ddpm';
import type { Sampler } from './denoiser';
import { flowEulerSampler, flowHeunSampler } from './flow';

/** A sampler as it is offered. */
export interface SamplerKind {
  /** As the API and the page's address have it. */
  readonly name: string;
  /** What the network must predict. */
  readonly objective: 'epsilon' | 'flow-v';
  /** Network evaluations of a run. */
  readonly evaluations: (steps: number) => number;
  /** @throws DyditError `invalid-request` where `steps` is out of range */
  readonly create: (steps: number) => Sampler;
}

const oneEachStep = (steps: number): number => steps;

/** All samplers; of those that fit a model, the usual one comes first. */
export const samplers = [
  { name: 'ddim', objective: 'epsilon', evaluations: oneEachStep, create: ddimSampler },
  { name: 'ddpm', objective: 'epsilon', evaluations: oneEachStep, create: ddpmSampler },
  { name: 'flow-euler', objective: 'flow-v', evaluations: oneEachStep, create: flowEulerSampler },
  {
    name: 'flow-heun',
    objective: 'flow-v',
    // Two in every step but the last.
    evaluations: (steps) => 2 * steps - 1,
    create: flowHeunSampler,
  },
] as const satisfies readonly SamplerKind[];

/** Name of a sampler. */
export type SamplerName = (typeof samplers)[number]['name'];

/** @throws DyditError `invalid-request` where there is none of that name */
export function samplerNamed(name: string): SamplerKind {
  const found = samplers.find((kind) => kind.name === name);
  if (found) return found;
  throw new DyditError(
    'invalid-request',
    `There is no sampler "${name}".`,
    `Choose one of ${samplerNames.join(', ')}.`,
  );
}

/** The names of all samplers, for parsers. */
export const samplerNames: readonly SamplerName[] = samplers.map(({ name }) => name);

/** Samplers that fit what a network predicts, the usual one first. */
export function samplersFor(objective: SamplerKind['objective']): readonly SamplerName[] {
  return samplers.filter((kind) => kind.objective === objective).map(({ name }) => name);
}
