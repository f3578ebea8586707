import { describe, expect, it } from 'vitest';
import { parseNumber } from './numbers';

describe('a typed number', () => {
  it.each([
    ['2.5', 2.5],
    ['2,5', 2.5],
    [' 2,5 ', 2.5],
    [',5', 0.5],
    ['7.', 7],
    ['-1', -1],
    ['\u22121', -1],
    ['1.234,5', 1234.5],
    ['1,234.5', 1234.5],
    ['1.234.567', 1234567],
    ['4,294,967,295', 4294967295],
    ['4 294 967 295', 4294967295],
    ["4'294", 4294],
    ['\u0662\u066B\u0665', 2.5],
    ['\uFF12\uFF0E\uFF15', 2.5],
    ['\u0967\u0966', 10],
    ['12,34,567', 1234567],
    ['1\u00A0234,5', 1234.5],
    ['1,234', 1.234],
  ])('%s', (text, value) => {
    expect(parseNumber(text)).toBe(value);
  });

  it.each([
    ['1,000', 1000],
    ['1.000', 1000],
    ['-1,000', -1000],
    ['2,5', 2.5],
    ['0,500', 0.5],
    ['1000,0', 1000],
  ])('that must be whole: %s', (text, value) => {
    expect(parseNumber(text, 'whole')).toBe(value);
  });

  it.each(['1..5', '1,2,3', '1,2.5', '12 34', '1.5 5', '1,234,'])(
    '%s may be meant as anything, and is none',
    (text) => {
      expect(parseNumber(text)).toBeUndefined();
      expect(parseNumber(text, 'whole')).toBeUndefined();
    },
  );

  it.each(['', ' ', '-', '.', 'x', '2x', '1e9', '0x10', 'NaN', 'Infinity', '1-2', '9'.repeat(400)])(
    '%s is none',
    (text) => {
      expect(parseNumber(text)).toBeUndefined();
    },
  );
});
