import { writeFile } from 'node:fs/promises';
import { createEngine, defaultRequest, encodePng } from 'dydit-web/engine';

const engine = await createEngine();
const url = import.meta.resolve('dydit-web/models/emoji/manifest.json');
const model = await engine.load({ kind: 'manifest', url });
const run = await engine.generate(defaultRequest(model, { class: 'fox', seed: 7 }));
await writeFile('fox.png', await encodePng(run.pictures[0]));
