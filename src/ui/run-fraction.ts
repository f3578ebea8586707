import type { Run } from '../store/app-state';

/** How much of a run is done, in 0..1; a comparison's two halves count the same. */
export function runFraction({ kind, leg, step }: Run): number {
  const ofLeg = step ? step.step / step.steps : 0;
  if (kind === 'generate') return ofLeg;
  if (leg === 'warm-up') return 0;
  return leg === 'dynamic' ? 0.5 + ofLeg / 2 : ofLeg / 2;
}
