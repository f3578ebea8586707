import { expect, it } from 'vitest';
import { walk } from './walk';

/** By actions, not by time: a slow machine walks the same way. `npm run soak` walks further. */
it.each([1, 2, 3, 4])('nothing is lost or wrong on random walk %i', async (seed) => {
  await expect(walk({ seed, actions: 250 })).resolves.toBeUndefined();
});
