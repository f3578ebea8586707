import { DyditError } from '../../../errors';
import type { Dispatch } from './dispatch';
import type { KernelLibrary, WeightStorage } from './library';

/** Pixels of a row that a thread of conv3x3.wgsl makes. */
const tile3x3 = 8;
/** Pixels that a thread of conv1x1.wgsl makes. */
const tile1x1 = 4;
const threads = 64;

/** Channels as they lie in memory: padded to a multiple of 4, because they are read by fours. */
export function paddedChannels(channels: number): number {
  return Math.ceil(channels / 4) * 4;
}

export interface ConvWeightShape {
  readonly outChannels: number;
  readonly inChannels: number;
  /** 9 for 3x3, 1 for 1x1. */
  readonly taps: number;
}

/** Elements of a packed weight. */
export function packedConvLength({ outChannels, inChannels, taps }: ConvWeightShape): number {
  return taps * paddedChannels(inChannels) * paddedChannels(outChannels);
}

/**
 * Packs a PyTorch convolution weight (N, C, taps) as the kernels read it, (taps, C, N), C and N
 * zero-padded to multiples of 4.
 * @param values numbers or half-precision bits
 * @param out zeroed; several weights can share it, side by side along N
 * @param column first column of `out` to write
 * @param stride columns of `out`
 */
export function packConvWeight<T extends Float32Array | Uint16Array>(
  values: T,
  { outChannels, inChannels, taps }: ConvWeightShape,
  out: T,
  column = 0,
  stride = paddedChannels(outChannels),
): T {
  const rows = paddedChannels(inChannels);
  for (let n = 0; n < outChannels; n++) {
    for (let c = 0; c < inChannels; c++) {
      const source = (n * inChannels + c) * taps;
      const target = c * stride + column + n;
      for (let tap = 0; tap < taps; tap++) {
        out[tap * rows * stride + target] = values[source + tap];
      }
    }
  }
  return out;
}

export interface ConvBuffers {
  /** Packed by `packConvWeight`. */
  readonly weight: GPUBuffer;
  /** (N), zero-padded. */
  readonly bias: GPUBuffer;
  readonly x: GPUBuffer;
  readonly y: GPUBuffer;
  /** Added to the result; of y's shape. */
  readonly residual?: GPUBuffer;
}

export interface Conv3x3Shape {
  /** Pixels of y. */
  readonly width: number;
  readonly height: number;
  readonly inChannels: number;
  readonly outChannels: number;
  /** Doubles x's width and height (nearest neighbour) before the convolution. */
  readonly upsample?: boolean;
}

/**
 * Binds y (height, width, N) = conv3x3(x (height, width, C)) + bias (+ residual), padding 1.
 * @throws DyditError `internal` where an upsampled picture would have an odd side
 */
export async function bindConv3x3(
  library: KernelLibrary,
  name: string,
  storage: WeightStorage,
  shape: Conv3x3Shape,
  buffers: ConvBuffers,
): Promise<Dispatch> {
  const { width, height, upsample = false } = shape;
  if (upsample && (width % 2 !== 0 || height % 2 !== 0)) {
    throw new DyditError(
      'internal',
      `${name}: an upsampled picture has even sides; got ${width} x ${height}.`,
    );
  }
  const columns = paddedChannels(shape.outChannels) / 4;
  const [lanesX, lanesY] = lanes(columns);
  const kernel = await library.conv3x3(storage, {
    UPSAMPLE: upsample ? 2 : 1,
    RESIDUAL: buffers.residual ? 1 : 0,
    LANES_X: lanesX,
    LANES_Y: lanesY,
  });
  const bound = kernel.bind(name, withResidual(buffers), {
    dims: {
      width,
      height,
      in_channels: paddedChannels(shape.inChannels) / 4,
      out_channels: columns,
    },
  });
  const tiles = Math.ceil(width / tile3x3) * height;
  return { kernel: bound, grid: [Math.ceil(columns / lanesX), Math.ceil(tiles / lanesY), 1] };
}

export interface Conv1x1Shape {
  readonly pixels: number;
  readonly inChannels: number;
  readonly outChannels: number;
}

/** Binds y (pixels, N) = x (pixels, C) w + bias (+ residual). */
export async function bindConv1x1(
  library: KernelLibrary,
  name: string,
  storage: WeightStorage,
  shape: Conv1x1Shape,
  buffers: ConvBuffers,
): Promise<Dispatch> {
  const columns = paddedChannels(shape.outChannels) / 4;
  const [lanesX, lanesY] = lanes(columns);
  const kernel = await library.conv1x1(storage, {
    RESIDUAL: buffers.residual ? 1 : 0,
    LANES_X: lanesX,
    LANES_Y: lanesY,
  });
  const bound = kernel.bind(name, withResidual(buffers), {
    dims: {
      pixels: shape.pixels,
      in_channels: paddedChannels(shape.inChannels) / 4,
      out_channels: columns,
    },
  });
  const tiles = Math.ceil(shape.pixels / tile1x1);
  return { kernel: bound, grid: [Math.ceil(columns / lanesX), Math.ceil(tiles / lanesY), 1] };
}

/** Threads of a workgroup along channels (at most 8, no more than there are) and along pixels. */
function lanes(columns: number): [number, number] {
  let x = 1;
  while (x < 8 && x < columns) x *= 2;
  return [x, threads / x];
}

/** A kernel without a residual never reads that binding, but something must be bound to it. */
function withResidual(buffers: ConvBuffers): Readonly<Record<string, GPUBuffer>> {
  const { weight, bias, x, y, residual = x } = buffers;
  return { weight, bias, x, y, residual };
}
