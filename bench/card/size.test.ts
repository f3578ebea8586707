import { expect, it } from 'vitest';
import { runMemory } from '../../src/network/dit/memory';
import { officialConfig } from '../configs';
import { sizeOf, whyTooLarge } from './size';

it('DiT-XL/2 has 675 million weights, and as many bytes twice', () => {
  const { weights } = sizeOf(officialConfig('xl2'));
  // 675 M of DiT-XL/2 (arXiv 2212.09748, table 1), and the routers of DyDiT.
  expect(weights / 2 / 1e6).toBeGreaterThan(670);
  expect(weights / 2 / 1e6).toBeLessThan(690);
});

it('a picture of DiT-XL/2 with guidance is worked out in less than 15 % of what its weights take', () => {
  const config = officialConfig('xl2');
  expect(runMemory(config, 2).bytes / sizeOf(config).weights).toBeLessThan(0.15);
});

it('says which limit a network does not meet, and nothing where it meets all', () => {
  const config = officialConfig('xl2-512');
  expect(whyTooLarge(config, undefined)).toBeUndefined();
  expect(whyTooLarge(config, { largestBytes: 2 ** 30 })).toBeUndefined();
  // fc1 of two items: 2 * 1024 * 4608 * 4 bytes.
  expect(whyTooLarge(config, { largestBytes: 30e6 })).toContain('a buffer of 38 MB');
  expect(whyTooLarge(config, { totalBytes: 1e9 })).toContain('its weights are 1.36 GB');
});
