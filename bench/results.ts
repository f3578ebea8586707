import type { Measurement } from './measure';
import { peerName, PeerSubject } from './peer/subject';
import type { PeerResult, Result } from './report';
import { OurSubject } from './subjects';

/** Figures of our own networks. */
export function ownResults(measurements: readonly Measurement[], batch: number): readonly Result[] {
  return measurements.flatMap(({ subject, mode, msPerEvaluation, spread }) => {
    if (!(subject instanceof OurSubject)) return [];
    const { backend, config, threads } = subject.spec;
    const { gflop, share } = subject.work(mode);
    return [{ backend, config, batch, mode, threads, msPerEvaluation, spread, gflop, share }];
  });
}

/** Figures of the peers: of every machine the fastest form that is right. */
export function peerResults(measurements: readonly Measurement[]): readonly PeerResult[] {
  const fastest = new Map<string, PeerResult>();
  for (const { subject, msPerEvaluation, agreement } of measurements) {
    if (!(subject instanceof PeerSubject)) continue;
    const { backend, threads, config, batch } = subject.spec;
    const key = `${backend} ${threads}`;
    const known = fastest.get(key);
    if (known && known.msPerEvaluation <= msPerEvaluation) continue;
    const { maxError } = agreement;
    const found = { backend, threads, config, batch, msPerEvaluation, maxError };
    fastest.set(key, { name: peerName, version: subject.version, ...found });
  }
  return [...fastest.values()];
}
