import type { LinearOp, Op } from '../../../ops/op';
import type { Compilation } from '../compilation';
import type { BoundOp } from '../dispatch';
import type { Step } from '../steps';
import { bindAttention } from './attention';
import { bindCondition } from './condition';
import { bindConv } from './conv';
import { bindEstimate } from './estimate';
import { bindGroupNorm, bindGroupStatistics, bindRowMoments } from './group-norm';
import { bindGuidance } from './guidance';
import { bindLatentToPixels } from './latent-to-pixels';
import { bindAddGated, bindLinear } from './linear';
import { bindNorm } from './norm';
import { bindPatchEmbed } from './patch-embed';
import { bindPicture } from './picture';
import { bindPixelAttention } from './pixel-attention';
import { bindSelectTokens } from './select-tokens';
import { bindUnpatchify } from './unpatchify';
import { bindUpdate } from './update';

/**
 * Turns a step into dispatches with everything bound.
 * @throws DyditError `shader-failed`, `limit-too-small`, `out-of-memory`, `checkpoint-unsupported`
 */
export function bindStep(step: Step, compilation: Compilation): Promise<BoundOp> {
  return step.op.kind === 'linear'
    ? bindLinear(step.op, step, compilation)
    : bindOp(step.op, compilation);
}

function bindOp(op: Exclude<Op, LinearOp>, compilation: Compilation): Promise<BoundOp> {
  switch (op.kind) {
    case 'addGated':
      return bindAddGated(op, compilation);
    case 'norm':
      return bindNorm(op, compilation);
    case 'attention':
      return bindAttention(op, compilation);
    case 'selectTokens':
      return bindSelectTokens(op, compilation);
    case 'patchEmbed':
      return bindPatchEmbed(op, compilation);
    case 'condition':
      return bindCondition(op, compilation);
    case 'unpatchify':
      return bindUnpatchify(op, compilation);
    case 'guidance':
      return bindGuidance(op, compilation);
    case 'update':
      return bindUpdate(op, compilation);
    case 'estimate':
      return bindEstimate(op, compilation);
    case 'latentToPixels':
      return bindLatentToPixels(op, compilation);
    case 'conv':
      return bindConv(op, compilation);
    case 'rowMoments':
      return bindRowMoments(op, compilation);
    case 'groupStatistics':
      return bindGroupStatistics(op, compilation);
    case 'groupNorm':
      return bindGroupNorm(op, compilation);
    case 'pixelAttention':
      return bindPixelAttention(op, compilation);
    case 'picture':
      return bindPicture(op, compilation);
  }
}
