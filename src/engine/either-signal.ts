/**
 * Aborted as soon as one of these is, with its reason. `AbortSignal.any`, where there is one: Chrome
 * has WebGPU from 113 on, and that from 116.
 */
export function eitherSignal(signals: readonly AbortSignal[]): AbortSignal {
  if ('any' in AbortSignal) return AbortSignal.any([...signals]);
  const either = new AbortController();
  for (const signal of signals) {
    const end = () => either.abort(signal.reason);
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true, signal: either.signal });
  }
  return either.signal;
}
