import { createEngine } from 'dydit-web/engine';

const engine = await createEngine();
const url = './node_modules/dydit-web/public/models/emoji/manifest.json';
const model = await engine.load({ kind: 'manifest', url });
const request = { ...model.defaults, seed: 7, images: 1, variation: 0, budget: 0, preview: 'off' };
const classId = model.classes.findIndex(({ name }) => name === 'fox');
const labels = [{ classId, styleId: 0, weight: 1 }];
const run = await engine.generate({ ...request, labels, dynamicWidth: true, dynamicTokens: true });
const { rgba, width, height } = run.pictures[0];
const canvas = Object.assign(document.getElementById('picture'), { width, height });
canvas.getContext('2d').putImageData(new ImageData(rgba, width), 0, 0);
