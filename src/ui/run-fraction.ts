import type { Run } from '../store/app-state';

/** How much of a run is done, in 0..1; a comparison's two halves count the same, and so do a strip's pictures. */
export function runFraction({ kind, leg, place, step }: Run): number {
  const ofLeg = step ? step.step / step.steps : 0;
  if (place) return (place.index + ofLeg) / place.of;
  if (kind !== 'compare') return ofLeg;
  if (leg === 'warm-up') return 0;
  if (leg === 'again') return 1;
  return leg === 'dynamic' ? 0.5 + ofLeg / 2 : ofLeg / 2;
}
