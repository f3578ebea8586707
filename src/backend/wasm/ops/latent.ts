import { Estimate, Guidance, LatentToPixels, Opcode, Update } from '../../../../assembly/fields';
import type { OpOf } from '../../../ops/op';
import { columnsOf, type Placement } from '../placement';
import { encodeOp, floatBits, type OpRecord } from '../record';

/* Records for assembly/latent.ts. */

export function lowerGuidance(op: OpOf<'guidance'>, at: Placement): OpRecord {
  const { images, halves, channels, guided } = op;
  return encodeOp(Opcode.guidance, Guidance, {
    ...{ x: at.addressOf(op.x), y: at.addressOf(op.y), pixels: columnsOf(op.x, at) },
    ...{ images, halves, channels, guided, scale: floatBits(op.scale) },
  });
}

export function lowerUpdate(op: OpOf<'update'>, at: Placement): OpRecord {
  const { items, channels, outChannels } = op;
  const [p0, p1, noise, x, flags] = [op.p0, op.p1, op.noise, op.x, op.flags].map((id) =>
    at.addressOf(id),
  );
  return encodeOp(Opcode.update, Update, {
    ...{ p0, p1, noise, x, flags, pixels: columnsOf(op.x, at) },
    ...{ items, channels, outChannels },
  });
}

export function lowerEstimate(op: OpOf<'estimate'>, at: Placement): OpRecord {
  const { items, channels, outChannels } = op;
  const [x, p, y] = [op.x, op.p, op.y].map((id) => at.addressOf(id));
  return encodeOp(Opcode.estimate, Estimate, {
    ...{ x, p, y, pixels: columnsOf(op.x, at) },
    ...{ items, channels, outChannels },
  });
}

export function lowerLatentToPixels(op: OpOf<'latentToPixels'>, at: Placement): OpRecord {
  return encodeOp(Opcode.latentToPixels, LatentToPixels, {
    ...{ x: at.addressOf(op.x), y: at.addressOf(op.y), channels: columnsOf(op.y, at) },
    ...{ pixels: columnsOf(op.x, at), factor: floatBits(op.factor) },
    limit: floatBits(op.limit ?? 0),
  });
}
