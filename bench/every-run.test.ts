import { expect, it } from 'vitest';
import { everyRun } from './every-run';
import { parseOptions } from './options';

it.each([
  { most: 'xl2', tiny: false },
  { most: 's2', tiny: false },
  { most: 'xl2', tiny: true },
])('is made of calls that the command takes: %o', (choice) => {
  const runs = everyRun({ ...choice, repeats: '3' });
  const names = runs.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  const repeats = choice.tiny ? 1 : 3;
  for (const { args } of runs) expect(parseOptions(args)).toMatchObject({ repeats });
});

it('measures no network above the largest that was asked for', () => {
  const text = JSON.stringify(everyRun({ most: 'b2', repeats: '5', tiny: false }));
  expect(text).toContain('s2-512,b2-512');
  expect(text).not.toContain('l2');
  expect(() => everyRun({ most: 'xxl', repeats: '5', tiny: false })).toThrow(
    'one of s2, b2, l2, xl2',
  );
});
