import { expect, it } from 'vitest';
import { everyRun } from './every-run';
import { parseOptions } from './options';

it.each([
  { most: 'xl2', tiny: false },
  { most: 's2', tiny: false },
  { most: 'xl2', tiny: true },
])('is made of calls that the command takes: %o', (choice) => {
  const runs = everyRun(choice);
  const names = runs.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const { args } of runs) expect(() => parseOptions(args)).not.toThrow();
});

it('measures no network above the largest that was asked for', () => {
  const text = JSON.stringify(everyRun({ most: 'b2', tiny: false }));
  expect(text).toContain('s2-512,b2-512');
  expect(text).not.toContain('l2');
  expect(() => everyRun({ most: 'xxl', tiny: false })).toThrow('one of s2, b2, l2, xl2');
});
