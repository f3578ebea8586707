import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import * as v from 'valibot';
import { backendNames } from './names';
import { chart } from './plot/chart';
import { growthCharts } from './plot/growth';
import { reportSchema } from './report';

/* Draws how cost grows, from what `npm run bench -- --json FILE` wrote: an SVG each, light and dark. */

const usage = 'npm run bench:plots -- FILE... [--backend webgpu|wasm] [--out docs/performance]';

const { values, positionals: files } = parseArgs({
  allowPositionals: true,
  options: {
    backend: { type: 'string', default: 'webgpu' },
    out: { type: 'string', default: 'docs/performance' },
  },
});
const backend = backendNames.find((name) => name === values.backend);
if (!backend || files.length === 0) {
  console.error(`Usage: ${usage}`);
  process.exit(1);
}
const reports = files.map((file) => v.parse(reportSchema, JSON.parse(readFileSync(file, 'utf8'))));
const style = readFileSync(fileURLToPath(new URL('plot/chart.css', import.meta.url)), 'utf8');
mkdirSync(values.out, { recursive: true });
for (const [name, spec] of growthCharts(reports, backend)) {
  const path = `${values.out}/${name}.svg`;
  writeFileSync(path, `${chart(spec, style)}\n`);
  console.log(path);
}
