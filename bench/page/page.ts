import { wrap, type Remote } from 'comlink';
import type { Workplace } from '../workplace/workplace';

declare global {
  /** What a page of the benchmark does, called from Node. */
  var benchPage: Remote<Workplace> | undefined;
}

const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
globalThis.benchPage = wrap<Workplace>(worker);
