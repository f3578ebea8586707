import { BufferArena } from '../gpu/buffer';
import type { Gpu } from '../gpu/device';
import { linearVariants, type KernelLibrary, type LinearVariant } from './library';

/** Product that is timed: rows x inner x columns, near those of a small DiT's MLP. */
const shape = { rows: 256, inner: 256, columns: 1024 } as const;

/**
 * Variants worth timing. Without a GPU there is no workgroup memory that is faster than a cache,
 * and compiling the tiled variant takes seconds.
 */
function candidatesFor(gpu: Gpu): readonly LinearVariant[] {
  return gpu.software ? ['register'] : ['register', 'tiled'];
}

/**
 * Times the linear kernel's variants on this adapter and sets the library to the fastest. All give
 * the same bits, so that noise in the measurement can't change a picture.
 */
export async function tuneLinear(library: KernelLibrary): Promise<void> {
  const { gpu } = library;
  const { rows, inner, columns } = shape;
  const arena = new BufferArena(gpu, 'Tune');
  try {
    const candidates = candidatesFor(gpu);
    const kernel = await library.linear('f32', 'none', candidates[0]);
    const step = arena.adopt(kernel.createUniform('Tune', 'step'));
    const buffers = {
      step: step.buffer,
      x: arena.create('x', rows * inner * 4),
      weight: arena.create('weight', inner * columns * 4),
      bias: arena.create('bias', columns * 4),
      width_table: arena.upload('widthTable', new Uint32Array([1, 0])),
      rows: arena.upload('rows', new Uint32Array(1 + rows).fill(rows, 0, 1)),
      y: arena.create('y', rows * columns * 4),
    };
    const dims = {
      n_group: columns / 4,
      n_record: 0,
      n_stride: columns / 4,
      k_group: inner / 4,
      k_record: 0,
    };
    let best: { readonly variant: LinearVariant; readonly gflops: number } = {
      variant: candidates[0],
      gflops: 0,
    };
    for (const variant of candidates) {
      const { tileRows, tileColumns } = linearVariants[variant];
      const bound = arena.adopt(
        (await library.linear('f32', 'none', variant)).bind(`Tune.${variant}`, buffers, { dims }),
      );
      const grid = [Math.ceil(columns / 4 / tileColumns), Math.ceil(rows / tileRows)] as const;
      const time = async (repeats: number) => {
        const encoder = gpu.device.createCommandEncoder({ label: 'Tune' });
        const pass = encoder.beginComputePass({ label: 'Tune' });
        for (let i = 0; i < repeats; i++) bound.dispatch(pass, ...grid);
        pass.end();
        const start = performance.now();
        gpu.device.queue.submit([encoder.finish()]);
        await gpu.device.queue.onSubmittedWorkDone();
        return performance.now() - start;
      };
      await time(1);
      // As many repeats as make a stretch that the clock can see, but no long wait on a slow adapter.
      const repeats = Math.max(1, Math.min(50, Math.floor(30 / (await time(1)))));
      const trials = [await time(repeats), await time(repeats), await time(repeats)];
      const milliseconds = Math.min(...trials) / repeats;
      const gflops = (2 * rows * inner * columns) / (milliseconds * 1e6);
      if (gflops > best.gflops) best = { variant, gflops };
    }
    library.linearVariant = best.variant;
    library.linearGflops = best.gflops;
  } finally {
    arena.destroy();
  }
}
