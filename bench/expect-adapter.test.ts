import { expect, it } from 'vitest';
import { expectAdapter } from './expect-adapter';

const swiftshader = {
  description: 'google swiftshader',
  software: true,
  features: ['timestamp-query'],
};
const lavapipe = {
  description: 'llvmpipe (LLVM 19.1.7, 256 bits)',
  software: true,
  features: ['shader-f16'],
};
const card = { description: 'nvidia ampere', software: false, features: ['shader-f16'] };

it('takes what was asked for', () => {
  expectAdapter({ adapter: 'swiftshader', features: ['timestamp-query'] }, swiftshader);
  expectAdapter({ adapter: 'lavapipe', features: ['shader-f16'] }, lavapipe);
  expectAdapter({ adapter: 'native', features: ['shader-f16'] }, card);
});

it.each([
  { adapter: 'native', features: [], found: swiftshader, says: '--adapter native was asked for' },
  { adapter: 'native', features: [], found: lavapipe, says: 'there is llvmpipe' },
  { adapter: 'lavapipe', features: [], found: swiftshader, says: 'there is google' },
  { adapter: 'swiftshader', features: [], found: card, says: 'there is nvidia ampere' },
  {
    adapter: 'swiftshader',
    features: ['shader-f16'],
    found: swiftshader,
    says: 'shader-f16 is missing',
  },
] as const)(
  'refuses $found.description for $adapter with $features',
  ({ found, says, ...asked }) => {
    expect(() => expectAdapter(asked, found)).toThrow(says);
  },
);
