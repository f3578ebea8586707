import { expect, it } from 'vitest';
import { isPicture } from './emoji-font';

const pixels = (...values: readonly number[]) => Uint8ClampedArray.from(values);
const box = pixels(0, 0, 0, 255, 0, 0, 0, 0);
const other = pixels(0, 0, 0, 0, 0, 0, 0, 255);
const coloured = pixels(250, 200, 0, 255, 0, 0, 0, 0);

/** A machine that has these pictures, and a box for everything else. */
function machine(pictures: Readonly<Record<string, Uint8ClampedArray>>) {
  return (text: string) => pictures[text] ?? box;
}

it('an emoji is shown where it is anything else than the box for none', () => {
  const write = machine({ '🥑': coloured, '⛄': other });
  expect(['🥑', '⛄', '🦊'].map((emoji) => isPicture(write, emoji))).toEqual([true, true, false]);
});

it('a sequence is as good as its first part', () => {
  expect(isPicture(machine({ '👩': coloured }), '👩‍🍳')).toBe(true);
  expect(isPicture(machine({}), '👩‍🍳')).toBe(false);
});

it('a browser that lets nobody look is taken to show it', () => {
  expect(isPicture(() => undefined, '🦊')).toBe(true);
});
