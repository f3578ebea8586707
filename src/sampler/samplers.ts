import { DyditError } from '../errors';
import { ddimSampler } from './ddim';
import { ddpmSampler } from './ddpm';
import type { Sampler } from './denoiser';
import { flowEulerSampler, flowHeunSampler, flowJumpsSampler, MAX_JUMPS } from './flow';
import { MAX_STEPS } from './step-count';

/** A sampler as it is offered. */
export interface SamplerKind {
  /** As the API and the page's address have it. */
  readonly name: string;
  /** What the network must predict. */
  readonly objective: 'epsilon' | 'flow-v';
  /** True where the network must know where a step ends. */
  readonly jumps: boolean;
  /** Most steps it takes. */
  readonly mostSteps: number;
  /** Network evaluations of a run. */
  readonly evaluations: (steps: number) => number;
  /** @throws DyditError `invalid-request` where `steps` is out of range */
  readonly create: (steps: number) => Sampler;
}

const oneEachStep = (steps: number): number => steps;
const steadily = { jumps: false, mostSteps: MAX_STEPS, evaluations: oneEachStep } as const;

/** All samplers; of those that fit a model, the usual one comes first. */
export const samplers = [
  { ...steadily, name: 'ddim', objective: 'epsilon', create: ddimSampler },
  { ...steadily, name: 'ddpm', objective: 'epsilon', create: ddpmSampler },
  { ...steadily, name: 'flow-euler', objective: 'flow-v', create: flowEulerSampler },
  {
    ...steadily,
    name: 'flow-heun',
    objective: 'flow-v',
    // Two in every step but the last.
    evaluations: (steps) => 2 * steps - 1,
    create: flowHeunSampler,
  },
  {
    ...steadily,
    name: 'flow-jumps',
    objective: 'flow-v',
    jumps: true,
    mostSteps: MAX_JUMPS,
    create: flowJumpsSampler,
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

/** What of a network decides which samplers fit it. */
export interface SampledNetwork {
  readonly objective: SamplerKind['objective'];
  /** Whether it can be told where a step ends. */
  readonly jumps: boolean;
}

/** Samplers that fit a network, the usual one first. */
export function samplersFor({ objective, jumps }: SampledNetwork): readonly SamplerName[] {
  return samplers
    .filter((kind) => kind.objective === objective && (jumps || !kind.jumps))
    .map(({ name }) => name);
}
