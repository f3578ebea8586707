import { afterEach, describe, expect, it, vi } from 'vitest';
import { eitherSignal } from './either-signal';

describe.each([
  ['with AbortSignal.any', AbortSignal],
  ['without it', {}],
])('a signal of several, %s', (_, present) => {
  afterEach(() => vi.unstubAllGlobals());

  it('is aborted with the first of them, for its reason', () => {
    vi.stubGlobal('AbortSignal', present);
    const [one, other] = [new AbortController(), new AbortController()];
    const either = eitherSignal([one.signal, other.signal]);
    expect(either.aborted).toBe(false);
    other.abort('enough');
    one.abort('too late');
    expect([either.aborted, either.reason]).toEqual([true, 'enough']);
  });

  it('is aborted from the start where one of them is', () => {
    vi.stubGlobal('AbortSignal', present);
    const one = new AbortController();
    one.abort('before');
    const either = eitherSignal([new AbortController().signal, one.signal]);
    expect([either.aborted, either.reason]).toEqual([true, 'before']);
  });
});
