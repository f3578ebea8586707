import { parseArgs } from 'node:util';
import { Random } from './soak/random';
import { storeGround } from './soak/store/ground';
import { type Ground, Violation, walk } from './soak/walk';

const usage = 'npm run soak -- [--browser] [--minutes M] [--actions N] [--seed S]';

const { values } = parseArgs({
  options: {
    browser: { type: 'boolean', default: false },
    minutes: { type: 'string' },
    actions: { type: 'string' },
    seed: { type: 'string', default: '1' },
    help: { type: 'boolean', default: false },
  },
});
/** Actions of one walk; then another one begins on a page of its own, with the next seed. */
const actionsOfWalk = values.browser ? 50 : 500;

if (values.help) console.log(usage);
else if (values.browser) {
  const { withBuiltPage } = await import('./soak/browser/built-page');
  await withBuiltPage(soak);
} else await soak((random) => ({ ...storeGround(random), close: () => Promise.resolve() }));

type OpenGround = (random: Random) => OpenedGround | Promise<OpenedGround>;

type OpenedGround = Ground & { close(): Promise<void> };

/** Walks until the time is up, or that many actions are done, or something is found. */
async function soak(open: OpenGround): Promise<void> {
  const end =
    values.minutes === undefined ? Infinity : performance.now() + 60_000 * Number(values.minutes);
  const most = Number(values.actions ?? (values.minutes === undefined ? 10_000 : Infinity));
  let count = 0;
  let seed = Number(values.seed);
  const isOver = () => count >= most || performance.now() >= end;
  try {
    for (; !isOver(); seed++) {
      const random = new Random(seed);
      const ground = await open(random);
      const onAction = () => {
        count++;
        return isOver();
      };
      await walk(ground, random, { actions: actionsOfWalk, onAction });
      await ground.close();
      if (process.stdout.isTTY) process.stdout.write(`\r${count} actions`);
    }
    console.log(`\r${count} actions without a violation (seeds ${values.seed} to ${seed - 1}).`);
  } catch (thrown) {
    if (!(thrown instanceof Violation)) throw thrown;
    console.error(`\nAfter ${count} actions with seed ${seed}: ${thrown.message}`);
    const where = values.browser ? ' --browser' : '';
    console.error(`Again: npm run soak --${where} --seed ${seed} --actions ${actionsOfWalk}`);
    process.exitCode = 1;
  }
}
