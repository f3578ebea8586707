import { writeFileSync } from 'node:fs';
import { createEngine } from 'dydit-web/engine';

const engine = await createEngine();
const url = import.meta.resolve('dydit-web/models/emoji/manifest.json');
const model = await engine.load({ kind: 'manifest', url });
const request = { ...model.defaults, seed: 7, images: 1, variation: 0, budget: 0, preview: 'off' };
const classId = model.classes.findIndex(({ name }) => name === 'fox');
const labels = [{ classId, styleId: 0, weight: 1 }];
const run = await engine.generate({ ...request, labels, dynamicWidth: true, dynamicTokens: true });
const { rgba, width, height } = run.pictures[0];
const size = `WIDTH ${width}\nHEIGHT ${height}\nDEPTH 4\nMAXVAL 255`;
const header = Buffer.from(`P7\n${size}\nTUPLTYPE RGB_ALPHA\nENDHDR\n`);
writeFileSync('fox.pam', Buffer.concat([header, Buffer.from(rgba.buffer)]));
