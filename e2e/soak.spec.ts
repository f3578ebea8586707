import { test } from '@playwright/test';
import { browserGround } from '../tools/soak/browser/ground';
import { Random } from '../tools/soak/random';
import { walk } from '../tools/soak/walk';
import { backends } from './fixtures';

for (const backend of backends) {
  test(`nothing is lost or wrong on a random walk on ${backend}`, async ({ browser, baseURL }) => {
    // By actions, not by time: a slow machine walks the same way. `npm run soak -- --browser` walks further.
    test.setTimeout(30 * 60_000);
    const random = new Random(1);
    const address = `${baseURL ?? ''}/`;
    const ground = await browserGround({ browser, address, random, backend });
    await walk(ground, random, { actions: 60 });
    await ground.close();
  });
}
