import type { BrokenOff } from '../../store/broken-off';

const what: Record<BrokenOff['kind'], string> = {
  generate: 'A run',
  compare: 'A comparison',
  strip: 'A strip',
};

/** 'A run broke off after step 5 of 25.' */
export function brokenOffWords({ kind, step, steps }: BrokenOff): string {
  if (step === 0) return `${what[kind]} broke off.`;
  return `${what[kind]} broke off after step ${step} of ${steps}.`;
}
