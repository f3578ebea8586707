import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { imagenetNames } from './imagenet-names';

/** Of torchvision 0.29.1's `_IMAGENET_CATEGORIES`, a name a line without a last line feed. */
const torchvisionSha256 = '0b0f9fee7c952f257418d62aa701f023a9da13b443a14f5c4291e5724d92967c';

it('the names of ImageNet-1k are those of torchvision, in its order', async () => {
  const names = await imagenetNames();
  const sha256 = createHash('sha256').update(names.join('\n')).digest('hex');
  expect(sha256).toBe(torchvisionSha256);
});

it('no two classes share a name, which a link would take for the same class', async () => {
  const names = await imagenetNames();
  expect(new Set(names).size).toBe(1000);
});

it.each([
  // The classes that the DiT authors' sample.py draws, with what its pictures show.
  [207, 'golden retriever'],
  [360, 'otter'],
  [387, 'lesser panda'],
  [974, 'geyser'],
  [88, 'macaw'],
  [979, 'valley'],
  [417, 'balloon'],
  [279, 'Arctic fox'],
])('class %i is %s', async (id, name) => {
  const names = await imagenetNames();
  expect(names[id]).toBe(name);
});
