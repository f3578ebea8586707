import { axisLength } from '../../../ops/axis';
import type { UpdateOp } from '../../../ops/op';
import type { Compilation } from '../compilation';
import { fixedGrid, type BoundOp } from '../dispatch';

/** Twin of shaders/update.wgsl. */
export async function bindUpdate(op: UpdateOp, compilation: Compilation): Promise<BoundOp> {
  const kernel = await compilation.library.plain('update');
  const { items, channels, outChannels } = op;
  const name = compilation.name(op);
  const pixels = axisLength(compilation.tensor(op.x).axis);
  const coefficients = compilation.arena.adopt(kernel.createUniform(name, 'coefficients'));
  const bound = compilation.bind(
    kernel,
    name,
    {
      coefficients: coefficients.buffer,
      p0: compilation.dense(op.p0),
      p1: compilation.dense(op.p1),
      noise: compilation.dense(op.noise),
      x: compilation.dense(op.x),
      flags: compilation.dense(op.flags),
    },
    { dims: { channels, out_channels: outChannels, pixels } },
  );
  return {
    dispatches: [{ kernel: bound, grid: fixedGrid(kernel.gridFor(pixels, channels, items)) }],
    prepare: ({ update }) => {
      if (!update) throw compilation.misuse('a run needs the coefficients of `update`');
      const { latent, weight0, weight1, noise } = update;
      coefficients.write({
        latent,
        weight0,
        weight1,
        noise: noise ? 1 : 0,
        min_log: noise?.minLog ?? 0,
        max_log: noise?.maxLog ?? 0,
      });
    },
  };
}
