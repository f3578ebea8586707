import { createEngine, defaultRequest } from 'dydit-web/engine';

const engine = await createEngine();
const url = './node_modules/dydit-web/public/models/emoji/manifest.json';
const model = await engine.load({ kind: 'manifest', url });
const run = await engine.generate(defaultRequest(model, { class: 'fox', seed: 7 }));
const { rgba, width, height } = run.pictures[0];
const canvas = Object.assign(document.getElementById('picture'), { width, height });
canvas.getContext('2d').putImageData(new ImageData(rgba, width), 0, 0);
