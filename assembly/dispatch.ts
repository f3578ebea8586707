import { attend, attendItems, attendScratch, packItems, packKeys } from './attention';
import { convolution, convolutionItems, convolutionScratch } from './convolution';
import { GroupStatistics, Opcode, Picture } from './fields';
import {
  groupNorm,
  groupNormItems,
  groupStatistics,
  rowMoments,
  rowMomentsItems,
} from './group-norm';
import {
  condition,
  conditionValues,
  estimate,
  estimateValues,
  guidance,
  guidanceValues,
  latentToPixels,
  latentToPixelsValues,
  patches,
  patchValues,
  picture,
  unpatchify,
  unpatchifyValues,
  update,
  updateValues,
  valueItems,
} from './latent';
import { norm, normItems } from './norm';
import { product, productItems, productScratch } from './product';
import { compact, score, scoreItems, scoreScratch } from './tokens';
import { word } from './words';

/** Items of an op in this run: pieces that may be done in any order, by anyone. */
export function countItems(op: usize, state: usize): u32 {
  switch (load<u32>(op)) {
    case Opcode.product:
      return productItems(op, state);
    case Opcode.packKeys:
      return packItems(op, state);
    case Opcode.attend:
      return attendItems(op, state);
    case Opcode.norm:
      return normItems(op);
    case Opcode.score:
      return scoreItems(op);
    case Opcode.patches:
      return valueItems(patchValues(op));
    case Opcode.condition:
      return valueItems(conditionValues(op));
    case Opcode.unpatchify:
      return valueItems(unpatchifyValues(op));
    case Opcode.guidance:
      return valueItems(guidanceValues(op));
    case Opcode.update:
      return valueItems(updateValues(op));
    case Opcode.estimate:
      return valueItems(estimateValues(op));
    case Opcode.latentToPixels:
      return valueItems(latentToPixelsValues(op));
    case Opcode.convolution:
      return convolutionItems(op);
    case Opcode.rowMoments:
      return rowMomentsItems(op);
    case Opcode.groupStatistics:
      return word(op, GroupStatistics.groups);
    case Opcode.groupNorm:
      return groupNormItems(op);
    case Opcode.picture:
      return valueItems(word(op, Picture.pixels));
    default:
      return 1;
  }
}

/** Does one item of an op. */
export function runItem(op: usize, state: usize, item: u32, scratch: usize): void {
  switch (load<u32>(op)) {
    case Opcode.product:
      return product(op, state, item, scratch);
    case Opcode.packKeys:
      return packKeys(op, state, item);
    case Opcode.attend:
      return attend(op, state, item, scratch);
    case Opcode.norm:
      return norm(op, state, item);
    case Opcode.score:
      return score(op, item, scratch);
    case Opcode.compact:
      return compact(op);
    case Opcode.patches:
      return patches(op, item);
    case Opcode.condition:
      return condition(op, state, item);
    case Opcode.unpatchify:
      return unpatchify(op, item);
    case Opcode.guidance:
      return guidance(op, item);
    case Opcode.update:
      return update(op, state, item);
    case Opcode.estimate:
      return estimate(op, state, item);
    case Opcode.latentToPixels:
      return latentToPixels(op, item);
    case Opcode.convolution:
      return convolution(op, item, scratch);
    case Opcode.rowMoments:
      return rowMoments(op, item);
    case Opcode.groupStatistics:
      return groupStatistics(op, item);
    case Opcode.groupNorm:
      return groupNorm(op, item);
    case Opcode.picture:
      return picture(op, item);
    default:
      unreachable();
  }
}

/** Bytes of scratch memory that a thread needs for an op. */
export function scratchBytes(op: usize): usize {
  switch (load<u32>(op)) {
    case Opcode.product:
      return productScratch(op);
    case Opcode.convolution:
      return convolutionScratch(op);
    case Opcode.attend:
      return attendScratch(op);
    case Opcode.score:
      return scoreScratch();
    default:
      return 0;
  }
}
