import { expect, test, vi } from 'vitest';
import { sayReplaced } from './passed-over';

const length = 5 * 2 ** 20;

function named(name: string, change?: number) {
  const bytes = new Uint8Array(length).fill(7);
  if (change !== undefined) bytes[change] = 8;
  return { name, blob: new Blob([bytes]) };
}

test('a model that came twice is not said to be left out, under another name either', async () => {
  const replaced = { kind: 'dit', files: [named('a.pt')], by: [named('a (1).pt')] } as const;
  expect(await sayReplaced([replaced])).toEqual([]);
});

test('one that differs in the last byte alone is', async () => {
  const replaced = {
    kind: 'dit',
    files: [named('a.pt')],
    by: [named('b.pt', length - 1)],
  } as const;
  const [{ sentence }] = await sayReplaced([replaced]);
  expect(sentence).toBe(
    'The model in "a.pt" is left out for the one in "b.pt": drop it alone to open it.',
  );
});

test('two of one size, as checkpoints of one training are, are not read to their ends', async () => {
  const [before, after] = [named('5.pt'), named('10.pt', 3)];
  const reads = vi.spyOn(before.blob, 'slice');
  expect(await sayReplaced([{ kind: 'dit', files: [before], by: [after] }])).toHaveLength(1);
  expect(reads.mock.calls.every(([, end = length]) => end < length / 2)).toBe(true);
  expect(reads).toHaveBeenCalled();
});
