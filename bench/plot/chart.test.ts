import { expect, it } from 'vitest';
import { chart } from './chart';
import { scaleOf } from './scale';

it('a linear axis begins at 0, ends above the largest value and has even ticks', () => {
  const { ticks, at } = scaleOf({ label: '' }, [3, 7, 11]);
  expect(ticks).toEqual([0, 2, 4, 6, 8, 10, 12]);
  expect([at(0), at(6), at(12)]).toEqual([0, 0.5, 1]);
});

it('a logarithmic axis goes from power of ten to power of ten', () => {
  const { ticks, at } = scaleOf({ label: '', log: true }, [0.3, 40]);
  expect(ticks).toEqual([0.1, 1, 10, 100]);
  expect(at(0.1)).toBe(0);
  expect(at(100)).toBeCloseTo(1, 10);
});

it('has a title, a description and names that say nothing but themselves', () => {
  const svg = chart({
    ...{ title: 'Ms & more', description: 'It grows.', x: { label: 'N' }, y: { label: 'ms' } },
    series: [{ name: '<both>', points: [{ x: 1, y: 2 }], line: true }],
  });
  expect(svg).toContain('<title>Ms &amp; more</title><desc>It grows.</desc>');
  expect(svg).toContain('&lt;both>');
  expect(svg).toContain('role="img"');
});
