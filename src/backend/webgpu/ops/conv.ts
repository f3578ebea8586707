import { wholeAxis } from '../../../ops/axis';
import { tapsOf } from '../../../ops/layer';
import type { ConvOp } from '../../../ops/op';
import { phases } from '../../phase-kernels';
import type { Compilation } from '../compilation';
import { fixedGrid, type BoundOp } from '../dispatch';
import type { BoundKernel, Kernel } from '../gpu/kernel';
import type { Overrides } from '../gpu/reflection';
import { inVectors, paddedLength } from '../layout';

/** Twin of shaders/conv.wgsl and shaders/conv1x1.wgsl. */
export async function bindConv(op: ConvOp, compilation: Compilation): Promise<BoundOp> {
  const dispatch =
    op.layer.size === 1 ? await bind1x1(op, compilation) : await bindTaps(op, compilation);
  return { dispatches: [dispatch] };
}

async function bindTaps(op: ConvOp, compilation: Compilation) {
  const { layer, rows, xFirst, yFirst } = op;
  const scale = layer.doubles ? 2 : 1;
  const width = op.side / scale;
  const kernel = await compile('conv', op, compilation, { SIZE: Math.sqrt(tapsOf(layer)) });
  const dims = {
    ...{ width, ...channelsOf(op), x_first: xFirst, y_first: yFirst },
    ...{ first: rows.first / scale, rows: rows.count / scale },
  };
  const tiles = Math.ceil(width / kernel.constant('TILE')) * dims.rows;
  const columns = inVectors(paddedLength(layer.n));
  const bound = bindKernel(kernel, op, compilation, dims);
  const grid = kernel.gridFor(columns, tiles * (layer.doubles ? phases : 1));
  return { kernel: bound, grid: fixedGrid(grid) };
}

async function bind1x1(op: ConvOp, compilation: Compilation) {
  const { side, layer, rows, xFirst, yFirst } = op;
  const kernel = await compile('conv1x1', op, compilation);
  const pixels = rows.count * side;
  const tiles = Math.ceil(pixels / kernel.constant('TILE'));
  const columns = inVectors(paddedLength(layer.n));
  const bound = bindKernel(kernel, op, compilation, {
    ...{ pixels, ...channelsOf(op) },
    x_start: (rows.first - xFirst) * side,
    y_start: (rows.first - yFirst) * side,
  });
  return { kernel: bound, grid: fixedGrid(kernel.gridFor(columns, tiles)) };
}

function compile(
  name: 'conv1x1' | 'conv',
  op: ConvOp,
  { library, weights }: Compilation,
  overrides: Overrides = {},
): Promise<Kernel> {
  const { storage } = weights.matrix(op.layer);
  const columns = inVectors(paddedLength(op.layer.n));
  return library.weighted(name, storage, {
    ...overrides,
    ADDS: op.adds ? 1 : 0,
    RELU: op.relu ? 1 : 0,
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
  const y = compilation.rows(op.y, layer.n);
  const buffers = { x, weight, bias, ...(scales && { scales }), y };
  return compilation.bind(kernel, compilation.name(op), buffers, { dims });
}

/** Threads of a workgroup along channels, no more than there are, and the rest along pixels. */
function lanes(columns: number, constant: (name: string) => number) {
  const most = constant('LANES_X');
  const threads = most * constant('LANES_Y');
  let x = 1;
  while (x < most && x < columns) x *= 2;
  return { LANES_X: x, LANES_Y: threads / x };
}
