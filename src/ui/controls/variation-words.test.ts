import { expect, it } from 'vitest';
import { variationWords } from './variation-words';

it('Variation says what the weights at hand let a seed do', () => {
  const words = (names: Parameters<typeof variationWords>[0]['names'], styleBlend?: number) =>
    variationWords({ names, default: 0.5, ...(styleBlend ? { styleBlend } : {}) });
  expect(words([], 0.3)).toBe('How much of another style each seed mixes in.');
  expect(words(['tilt'])).toBe('How far each seed turns it.');
  expect(words(['mirror', 'shift_y', 'hue'])).toBe('How far each seed turns, moves and tints it.');
  expect(words(['zoom', 'hue'], 0.3)).toBe(
    'How far each seed moves and tints it, and mixes in another style.',
  );
});
