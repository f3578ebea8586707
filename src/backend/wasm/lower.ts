import type { Op } from '../../ops/op';
import type { Tensor } from '../../ops/tensor';
import {
  attentionBytes,
  lowerAttention,
  lowerPixelAttention,
  pixelAttentionBytes,
} from './ops/attention';
import { lowerEstimate, lowerGuidance, lowerLatentToPixels, lowerUpdate } from './ops/latent';
import { lowerAddGated, lowerLinear } from './ops/linear';
import { lowerNorm } from './ops/norm';
import {
  lowerConv,
  lowerGroupNorm,
  lowerGroupStatistics,
  lowerPicture,
  lowerRowMoments,
} from './ops/picture';
import {
  lowerCondition,
  lowerPatchEmbed,
  lowerSelectTokens,
  lowerUnpatchify,
  patchBytes,
} from './ops/tokens';
import type { Placement } from './placement';
import type { OpRecord } from './record';

/** Bytes of memory beside its tensors that an op needs while it runs. */
export function temporaryBytes(op: Op, tensors: readonly Tensor[]): number {
  switch (op.kind) {
    case 'attention':
      return attentionBytes(op, tensors);
    case 'pixelAttention':
      return pixelAttentionBytes(op, tensors);
    case 'patchEmbed':
      return patchBytes(op, tensors);
    default:
      return 0;
  }
}

/** An op as the kernels' ops. */
export function lowerOp(op: Op, at: Placement): readonly OpRecord[] {
  switch (op.kind) {
    case 'linear':
      return [lowerLinear(op, at)];
    case 'addGated':
      return [lowerAddGated(op, at)];
    case 'norm':
      return [lowerNorm(op, at)];
    case 'attention':
      return lowerAttention(op, at);
    case 'selectTokens':
      return lowerSelectTokens(op, at);
    case 'patchEmbed':
      return lowerPatchEmbed(op, at);
    case 'condition':
      return [lowerCondition(op, at)];
    case 'unpatchify':
      return [lowerUnpatchify(op, at)];
    case 'guidance':
      return [lowerGuidance(op, at)];
    case 'update':
      return [lowerUpdate(op, at)];
    case 'estimate':
      return [lowerEstimate(op, at)];
    case 'latentToPixels':
      return [lowerLatentToPixels(op, at)];
    case 'conv':
      return [lowerConv(op, at)];
    case 'rowMoments':
      return [lowerRowMoments(op, at)];
    case 'groupStatistics':
      return [lowerGroupStatistics(op, at)];
    case 'groupNorm':
      return [lowerGroupNorm(op, at)];
    case 'pixelAttention':
      return lowerPixelAttention(op, at);
    case 'picture':
      return [lowerPicture(op, at)];
  }
}
