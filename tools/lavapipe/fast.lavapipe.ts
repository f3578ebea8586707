import { describeVariants } from '../../src/backend/webgpu/testing/describe-variants';
import { openForcedBackend } from '../../src/backend/webgpu/testing/forced-backend';

/*
 * Half-precision arithmetic in the op suite. A factor is off by 2^-11 of itself when it is rounded to
 * f16, a sum over a tile of 16 products by at most 16 * 2^-11 of what they come to; tiles are summed in
 * f32. Of numbers up to 1 a tile is off by 0.1 at the very most, and by a tenth of that as errors go
 * that are as often up as down.
 */
describeVariants(await openForcedBackend(), 'fast', { tolerance: { abs: 0.01, rel: 2e-3 } });
