import { parseArgs } from 'node:util';
import { Violation, walk } from './soak/walk';

const usage = 'npm run soak -- [--minutes M] [--actions N] [--seed S]';

/** Actions of one walk; then another one begins on a page of its own, with the next seed. */
const actionsOfWalk = 500;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string' },
    actions: { type: 'string' },
    seed: { type: 'string', default: '1' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) console.log(usage);
else await soak();

/** Walks until the time is up, or that many actions are done, or something is found. */
async function soak(): Promise<void> {
  const end =
    values.minutes === undefined ? Infinity : performance.now() + 60_000 * Number(values.minutes);
  const most = Number(values.actions ?? (values.minutes === undefined ? 10_000 : Infinity));
  let count = 0;
  let seed = Number(values.seed);
  const isOver = () => count >= most || performance.now() >= end;
  try {
    for (; !isOver(); seed++) {
      await walk({
        seed,
        actions: actionsOfWalk,
        onAction: () => {
          count++;
          return isOver();
        },
      });
      if (process.stdout.isTTY) process.stdout.write(`\r${count} actions`);
    }
    console.log(`\r${count} actions without a violation (seeds ${values.seed} to ${seed - 1}).`);
  } catch (thrown) {
    if (!(thrown instanceof Violation)) throw thrown;
    console.error(`\nAfter ${count} actions: ${thrown.message}`);
    console.error(`Again: npm run soak -- --seed ${seed} --actions ${actionsOfWalk}`);
    process.exitCode = 1;
  }
}
