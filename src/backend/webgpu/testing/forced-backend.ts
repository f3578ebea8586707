import { afterAll } from 'vitest';
import type { Backend } from '../../backend';
import { createWebGpuBackend } from '../webgpu-backend';
import type { Forced } from '../variants/choice';

/** A backend that is told before each program which variants to take. */
export interface ForcedBackend {
  readonly backend: Backend;
  /** What programs are compiled with from now on; the rest is as the backend chooses. */
  readonly force: (variants: Forced) => void;
}

/**
 * One device for all variants, so that no kernel is compiled twice: on a processor that is what takes
 * the time. Freed after the tests of the file.
 */
export async function openForcedBackend(gpu: GPU = navigator.gpu): Promise<ForcedBackend> {
  const forced: { -readonly [K in keyof Forced]: Forced[K] } = {};
  const backend = await createWebGpuBackend(gpu, { forced });
  afterAll(() => backend.destroy());
  return {
    backend,
    force({ linear, attention, conv, fused }) {
      Object.assign(forced, { linear, attention, conv, fused });
    },
  };
}
