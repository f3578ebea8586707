import { describe, expect, it } from 'vitest';
import { expectFailure } from '../testing/expect-failure';
import { resolveBeside } from './address';

const manifest = 'https://models.example/emoji/v2/manifest.json?x=1';

describe('addresses in a manifest', () => {
  it.each([
    ['dit.safetensors', 'https://models.example/emoji/v2/dit.safetensors'],
    ['./parts/a.safetensors', 'https://models.example/emoji/v2/parts/a.safetensors'],
    ['parts/../dit', 'https://models.example/emoji/v2/dit'],
    ['/emoji/v2/dit', 'https://models.example/emoji/v2/dit'],
  ])('%s lies beside it', (file, address) => {
    expect(resolveBeside(file, manifest)).toBe(address);
  });

  it.each([
    '../v1/dit.safetensors',
    '/etc/passwd',
    '//elsewhere.example/dit',
    'https://elsewhere.example/emoji/v2/dit',
    'https://models.example:444/emoji/v2/dit',
    '%2e%2e/dit',
    'a%2f..%2f..%2fdit',
    '..\\dit',
    '.',
  ])('%s does not, and is refused unless confirmed', async (file) => {
    await expectFailure(
      () => resolveBeside(file, manifest),
      'address-refused',
      /asks for a file at/,
    );
    expect(resolveBeside(file, manifest, { elsewhere: true })).toMatch(/^https:/);
  });

  it.each([
    'file:///etc/passwd',
    'javascript:alert(1)',
    'data:text/plain,a',
    'blob:https://models.example/1',
    'http://models.example/emoji/v2/dit',
    'https://user:word@models.example/emoji/v2/dit',
    'http://[',
  ])('%s is refused in any case', async (file) => {
    for (const elsewhere of [false, true]) {
      await expectFailure(
        () => resolveBeside(file, manifest, { elsewhere }),
        'address-refused',
        /no file that a model may have/,
      );
    }
  });

  it('of a folder on disk stay in it', async () => {
    const local = 'file:///models/emoji/manifest.json';
    expect(resolveBeside('dit', local)).toBe('file:///models/emoji/dit');
    await expectFailure(() => resolveBeside('../dit', local), 'address-refused', /\/models\/dit/);
  });
});
