import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { everyRun, type BenchRun } from './every-run';

/*
 * Everything that docs/performance.md tells of one machine, in one command: each run's figures as JSON and as a
 * table, then the plots. What fails does not keep the rest from running.
 */

const root = fileURLToPath(new URL('../', import.meta.url));
const usage =
  'npm run bench:all -- [--adapter swiftshader|lavapipe|native] [--runtime chromium|node]\n' +
  '  [--backend webgpu|wasm] [--threads 2] [--most s2|b2|l2|xl2] [--repeats 5] [--tiny]\n' +
  '  [--out build/bench/report]';

function options() {
  try {
    return parseArgs({
      options: {
        adapter: { type: 'string', default: 'native' },
        runtime: { type: 'string' },
        backend: { type: 'string', default: 'webgpu' },
        threads: { type: 'string', default: '2' },
        most: { type: 'string', default: 'xl2' },
        repeats: { type: 'string', default: '5' },
        tiny: { type: 'boolean', default: false },
        out: { type: 'string', default: 'build/bench/report' },
      },
    }).values;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\nUsage: ${usage}`);
    process.exit(1);
  }
}

const { adapter, runtime, backend, threads, most, repeats, tiny, out } = options();
const machine = [
  ...['--adapter', adapter, '--backends', backend, '--threads', threads],
  ...(runtime ? ['--runtime', runtime] : []),
];

function run({ name, args }: BenchRun): string | undefined {
  const json = `${out}/${name}.json`;
  const all = ['bench/bench.ts', ...machine, ...args, '--json', json];
  console.log(`\n## ${name}\n\nnpm run bench -- ${all.slice(1).join(' ')}\n`);
  // What an earlier call left would be drawn as if it were of this one.
  rmSync(`${root}${json}`, { force: true });
  const { status } = spawnSync('npx', ['tsx', ...all], { cwd: root, stdio: 'inherit' });
  if (status !== 0) failed.push(name);
  // Figures that were refused in part are there; of an adapter that is not, none.
  return existsSync(`${root}${json}`) ? json : undefined;
}

const failed: string[] = [];
mkdirSync(`${root}${out}`, { recursive: true });
const files = everyRun({ most, repeats, tiny }).flatMap((one) => run(one) ?? []);
if (files.length > 0) {
  const plots = ['tsx', 'bench/plots.ts', ...files, '--backend', backend, '--out', `${out}/plots`];
  const drawn = spawnSync('npx', plots, { cwd: root, stdio: 'inherit' });
  if (drawn.status !== 0) failed.push('the plots');
}
if (failed.length > 0) console.error(`With refusals or without figures: ${failed.join(', ')}.`);
process.exit(failed.length === 0 ? 0 : 1);
