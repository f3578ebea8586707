import { wholeAxis } from '../../../ops/axis';
import type { ConvOp } from '../../../ops/op';
import type { Compilation } from '../compilation';
import { fixedGrid, type BoundOp } from '../dispatch';
import type { BoundKernel, Kernel } from '../gpu/kernel';
import { inVectors, paddedLength } from '../layout';

/** Twin of shaders/conv3x3.wgsl and shaders/conv1x1.wgsl. */
export async function bindConv(op: ConvOp, compilation: Compilation): Promise<BoundOp> {
  const { layer, side, upsample } = op;
  if (upsample && side % 2 !== 0) {
    throw compilation.misuse(`${layer.name}: a doubled picture has an even side; got ${side}`);
  }
  const dispatch =
    layer.size === 3 ? await bind3x3(op, compilation) : await bind1x1(op, compilation);
  return {
    dispatches: [dispatch],
  };
}

async function bind3x3(op: ConvOp, compilation: Compilation) {
  const { side, layer } = op;
  const kernel = await compile('conv3x3', op, compilation);
  const dims = { width: side, height: side, ...channelsOf(op) };
  const tiles = Math.ceil(side / kernel.constant('TILE')) * side;
  const columns = inVectors(paddedLength(layer.n));
  const bound = bindKernel(kernel, op, compilation, dims);
  return { kernel: bound, grid: fixedGrid(kernel.gridFor(columns, tiles)) };
}

async function bind1x1(op: ConvOp, compilation: Compilation) {
  const { side, layer } = op;
  const kernel = await compile('conv1x1', op, compilation);
  const pixels = side ** 2;
  const tiles = Math.ceil(pixels / kernel.constant('TILE'));
  const columns = inVectors(paddedLength(layer.n));
  const bound = bindKernel(kernel, op, compilation, { pixels, side, ...channelsOf(op) });
  return { kernel: bound, grid: fixedGrid(kernel.gridFor(columns, tiles)) };
}

function compile(
  name: 'conv1x1' | 'conv3x3',
  op: ConvOp,
  { library, weights }: Compilation,
): Promise<Kernel> {
  const { storage } = weights.matrix(op.layer);
  const columns = inVectors(paddedLength(op.layer.n));
  return library.weighted(name, storage, {
    UPSAMPLE: op.upsample ? 2 : 1,
    RESIDUAL: op.residual === undefined ? 0 : 1,
    ...lanes(columns, (constant) => library.constant(name, constant)),
  });
}

function channelsOf({ layer }: ConvOp) {
  return {
    in_channels: inVectors(paddedLength(wholeAxis(layer.channels))),
    out_channels: inVectors(paddedLength(layer.n)),
  };
}

function bindKernel(
  kernel: Kernel,
  op: ConvOp,
  compilation: Compilation,
  dims: Readonly<Record<string, number>>,
): BoundKernel {
  const { layer } = op;
  const [{ weight, bias, scales }] = compilation.weights.matrix(layer).slices;
  const x = compilation.rows(op.x, wholeAxis(layer.channels));
  return compilation.bind(
    kernel,
    compilation.name(op),
    {
      x,
      weight,
      bias,
      ...(scales && { scales }),
      // A kernel without a residual never reads that binding, but something must be bound to it.
      residual: op.residual === undefined ? x : compilation.rows(op.residual, layer.n),
      y: compilation.rows(op.y, layer.n),
    },
    { dims },
  );
}

/** Threads of a workgroup along channels, no more than there are, and the rest along pixels. */
function lanes(columns: number, constant: (name: string) => number) {
  const most = constant('LANES_X');
  const threads = most * constant('LANES_Y');
  let x = 1;
  while (x < most && x < columns) x *= 2;
  return { LANES_X: x, LANES_Y: threads / x };
}
