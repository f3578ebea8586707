import { ddimSampler } from './ddim';
import { ddpmSampler } from './ddpm';
import type { Sampler } from './denoiser';
import { flowEulerSampler, flowHeunSampler } from './flow';

/** All samplers by the name the API and the URL use. */
export const samplers = {
  ddpm: ddpmSampler,
  ddim: (steps: number) => ddimSampler(steps),
  'flow-euler': flowEulerSampler,
  'flow-heun': flowHeunSampler,
} as const satisfies Readonly<Record<string, (steps: number) => Sampler>>;
