import { BufferArena } from '../src/backend/webgpu/gpu/buffer';
import { requestGpu } from '../src/backend/webgpu/gpu/device';
import { withErrorScopes } from '../src/backend/webgpu/gpu/error-scope';
import { PassTimestamps } from '../src/backend/webgpu/gpu/timestamps';
import {
  KernelLibrary,
  linearVariants,
  type LinearVariant,
  type WeightStorage,
} from '../src/backend/webgpu/kernels/library';

/** One product: rows x inner x columns. */
export interface LinearShape {
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
}

/** One timed run. */
export interface LinearRequest extends LinearShape {
  readonly variant: LinearVariant;
  readonly storage: WeightStorage;
  /** Dispatches in one pass. */
  readonly repeats: number;
}

/** Times one pass. */
export interface LinearTiming {
  readonly gflops: number;
  readonly clock: 'gpu timestamps' | 'wall clock';
}

declare global {
  /** Called by linear.ts, one run at a time. */
  var benchLinear: ((request: LinearRequest) => Promise<LinearTiming>) | undefined;
}

const gpu = await requestGpu(navigator.gpu);
const library = new KernelLibrary(gpu);

async function measure(arena: BufferArena, request: LinearRequest): Promise<LinearTiming> {
  const { rows, inner, columns, variant, storage, repeats } = request;
  const kernel = await library.linear(storage, 'none', variant);
  const weightBytes = storage === 'f32' ? 4 : 2;
  const bound = arena.adopt(
    kernel.bind(
      'BenchLinear',
      {
        x: arena.create('x', rows * inner * 4),
        weight: arena.create('weight', inner * columns * weightBytes),
        bias: arena.create('bias', columns * 4),
        width_table: arena.upload('widthTable', Uint32Array.of(1, 0)),
        rows: arena.upload(
          'rows',
          Uint32Array.from({ length: rows + 1 }, (_, i) => (i === 0 ? rows : i - 1)),
        ),
        y: arena.create('y', rows * columns * 4),
      },
      {
        dims: {
          n_group: columns / 4,
          n_record: 0,
          n_stride: columns / 4,
          k_group: inner / 4,
          k_record: 0,
        },
        step: { table_base: 0 },
      },
    ),
  );
  const { tileRows, tileColumns } = linearVariants[variant];
  const timestamps = arena.adopt(new PassTimestamps(gpu, 1));
  const encoder = gpu.device.createCommandEncoder({ label: 'BenchLinear' });
  const pass = encoder.beginComputePass({ timestampWrites: timestamps.writes(0) });
  for (let i = 0; i < repeats; i++) {
    bound.dispatch(pass, Math.ceil(columns / 4 / tileColumns), Math.ceil(rows / tileRows));
  }
  pass.end();
  const start = performance.now();
  gpu.device.queue.submit([encoder.finish()]);
  await gpu.device.queue.onSubmittedWorkDone();
  const wallClock = performance.now() - start;
  const onGpu = await timestamps.read();
  const milliseconds = onGpu?.[0] ?? wallClock;
  return {
    gflops: (2 * rows * inner * columns * repeats) / (milliseconds * 1e6),
    clock: onGpu ? 'gpu timestamps' : 'wall clock',
  };
}

globalThis.benchLinear = async (request) => {
  const arena = new BufferArena(gpu, 'BenchLinear');
  try {
    return await withErrorScopes(gpu, 'timing a product', () => measure(arena, request));
  } finally {
    arena.destroy();
  }
};
