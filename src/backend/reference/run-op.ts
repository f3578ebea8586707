import type { Op } from '../../ops/op';
import type { RunContext } from './context';
import { runAttention, runPixelAttention } from './ops/attention';
import { runEstimate, runGuidance, runLatentToPixels, runUpdate } from './ops/latent';
import { runAddGated, runLinear } from './ops/linear';
import { runNorm } from './ops/norm';
import {
  runConv,
  runGroupNorm,
  runGroupStatistics,
  runPicture,
  runRowMoments,
} from './ops/picture';
import { runCondition, runPatchEmbed, runSelectTokens, runUnpatchify } from './ops/tokens';

/**
 * Runs one op in double precision: packed rows are put back at their tokens, the whole matrices are
 * computed with what a gate leaves out as NaN, and the result is packed at the end. A NaN that
 * reaches a result shows an op that read what it should not.
 */
export function runOp(op: Op, context: RunContext): void {
  switch (op.kind) {
    case 'linear':
      runLinear(op, context);
      break;
    case 'addGated':
      runAddGated(op, context);
      break;
    case 'norm':
      runNorm(op, context);
      break;
    case 'attention':
      runAttention(op, context);
      break;
    case 'selectTokens':
      runSelectTokens(op, context);
      break;
    case 'patchEmbed':
      runPatchEmbed(op, context);
      break;
    case 'condition':
      runCondition(op, context);
      break;
    case 'unpatchify':
      runUnpatchify(op, context);
      break;
    case 'guidance':
      runGuidance(op, context);
      break;
    case 'update':
      runUpdate(op, context);
      break;
    case 'estimate':
      runEstimate(op, context);
      break;
    case 'latentToPixels':
      runLatentToPixels(op, context);
      break;
    case 'conv':
      runConv(op, context);
      break;
    case 'rowMoments':
      runRowMoments(op, context);
      break;
    case 'groupStatistics':
      runGroupStatistics(op, context);
      break;
    case 'groupNorm':
      runGroupNorm(op, context);
      break;
    case 'pixelAttention':
      runPixelAttention(op, context);
      break;
    case 'picture':
      runPicture(op, context);
      break;
  }
}
