import { DyditError } from '../src/errors';
import type { BenchOptions } from './options';
import type { AdapterFacts } from './workplace/adapter';

/** What the imitations call themselves. */
const names = { swiftshader: /swiftshader/i, lavapipe: /llvmpipe|lavapipe/i } as const;

/**
 * Fails where the browser gave another adapter than was asked for, or one without what it must have:
 * figures of something else are worse than none.
 * @throws DyditError `adapter-refused`
 */
export function expectAdapter(
  { adapter, features }: Pick<BenchOptions, 'adapter' | 'features'>,
  found: AdapterFacts,
): void {
  const right = adapter === 'native' ? !found.software : names[adapter].test(found.description);
  if (!right) throw refusal(`--adapter ${adapter} was asked for, and there is`, found);
  const missing = features.filter((feature) => !found.features.includes(feature));
  if (missing.length > 0) throw refusal(`${missing.join(', ')} is missing from`, found);
}

function refusal(problem: string, { description, features }: AdapterFacts): DyditError {
  return new DyditError(
    'adapter-refused',
    `${problem} ${description} (${features.join(', ') || 'no features'}).`,
    'Measure on a machine that has it, or ask for something else.',
  );
}
