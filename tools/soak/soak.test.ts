import { expect, it } from 'vitest';
import { Random } from './random';
import { storeGround } from './store/ground';
import { walk } from './walk';

/** By actions, not by time: a slow machine walks the same way. `npm run soak` walks further. */
it.each([1, 2, 3, 4])('nothing is lost or wrong on random walk %i', async (seed) => {
  const random = new Random(seed);
  await expect(walk(storeGround(random), random, { actions: 250 })).resolves.toBeUndefined();
});
