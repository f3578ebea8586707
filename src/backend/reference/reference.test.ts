import { describeOps } from '../testing/describe-ops';
import { createReferenceBackend } from './backend';

const backend = createReferenceBackend();

// Against itself the random cases hold trivially; the examples worked out by hand are its own check.
describeOps('reference', () => Promise.resolve(backend), {
  tolerance: { abs: 1e-6, rel: 1e-6 },
  liveCount: () => backend.liveCount,
});
