import { wholeAxis } from '../../../ops/axis';
import { tapsOf } from '../../../ops/layer';
import type { ConvOp } from '../../../ops/op';
import { phases } from '../../phase-kernels';
import type { Compilation } from '../compilation';
import { fixedGrid, type BoundOp } from '../dispatch';
import type { GridSize, Kernel } from '../gpu/kernel';
import { inVectors, paddedLength } from '../layout';
import type { ConvShape, ConvVariant } from '../variants/conv';
import type { GpuWeights } from '../weights';

/** Twin of shaders/conv.wgsl, and of shaders/linear_*.wgsl with shaders/lib/conv_rows.wgsl. */
export async function bindConv(op: ConvOp, compilation: Compilation): Promise<BoundOp> {
  const { layer, xFirst, yFirst } = op;
  const shape = convShape(op, compilation);
  const variant = compilation.choice.conv(shape);
  const kernel = await variant.build(compilation.library, shape);
  const { width, first, rows } = pixelsOf(op);
  const [{ weight, bias }] = compilation.weights.matrix(layer).slices;
  const bound = compilation.bind(
    kernel,
    compilation.name(op),
    {
      x: compilation.rows(op.x, wholeAxis(layer.channels)),
      weight,
      bias,
      y: compilation.rows(op.y, layer.n),
    },
    {
      dims: {
        ...{ width, first, rows, x_first: xFirst, y_first: yFirst },
        in_channels: inVectors(shape.channels),
        n_stride: inVectors(shape.n),
      },
    },
  );
  const grid = gridOf(variant, kernel, shape, width);
  return { dispatches: [{ kernel: bound, grid: fixedGrid(grid) }] };
}

/** What the choice of a kernel for a convolution hangs on. */
export function convShape(
  op: ConvOp,
  { weights }: { readonly weights: Pick<GpuWeights, 'matrix'> },
): ConvShape {
  const { layer } = op;
  const { width, rows } = pixelsOf(op);
  return {
    pixels: width * rows,
    phases: layer.doubles ? phases : 1,
    taps: Math.sqrt(tapsOf(layer)),
    channels: paddedLength(wholeAxis(layer.channels)),
    n: paddedLength(layer.n),
    storage: weights.matrix(layer).storage,
    adds: op.adds,
    relu: op.relu,
  };
}

/** Pixels of x for which y is made. */
function pixelsOf({ side, layer, rows }: ConvOp) {
  const scale = layer.doubles ? 2 : 1;
  return { width: side / scale, first: rows.first / scale, rows: rows.count / scale };
}

function gridOf(
  { walks }: ConvVariant,
  kernel: Kernel,
  { pixels, phases: count, n }: ConvShape,
  width: number,
): GridSize {
  const columns = inVectors(n);
  if (walks === 'pixels') {
    const tiles = Math.ceil(width / kernel.constant('TILE')) * (pixels / width);
    return kernel.gridFor(columns, tiles * count);
  }
  const tiles = Math.ceil(pixels / kernel.constant('TILE_ROWS'));
  return [Math.ceil(columns / kernel.constant('TILE_COLUMNS')), tiles * count, 1];
}
