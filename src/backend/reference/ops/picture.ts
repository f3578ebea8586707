import { raiseFlag, type OpOf, type RunContext } from '../context';
import { conv } from '../kernels/conv';
import { pictureBytes } from '../kernels/picture';

export function runConv(op: OpOf<'conv'>, { tensors, weights }: RunContext): void {
  const { layer, side } = op;
  const y = tensors[op.y]; // (side * side, N)
  const { weight, bias } = weights.affine(layer);
  const convolved = conv(tensors[op.x].values, weight, bias, {
    width: side,
    height: side,
    inChannels: layer.channels,
    outChannels: y.columns,
    size: layer.size,
    upsample: op.upsample ? 2 : 1,
  }); // (side * side, N)
  const residual = op.residual === undefined ? undefined : tensors[op.residual].values;
  y.values.set(convolved.map((value, i) => value + (residual?.[i] ?? 0)));
}

export function runPicture(op: OpOf<'picture'>, { tensors }: RunContext): void {
  const x = tensors[op.x]; // (pixels, 3)
  tensors[op.y].values.set(pictureBytes(x));
  raiseFlag(tensors[op.flags], x);
}
