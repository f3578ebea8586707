import { axisLength } from '../../../ops/axis';
import type { EstimateOp } from '../../../ops/op';
import type { Compilation } from '../compilation';
import { fixedGrid, type BoundOp } from '../dispatch';

/** Twin of shaders/estimate.wgsl. */
export async function bindEstimate(op: EstimateOp, compilation: Compilation): Promise<BoundOp> {
  const kernel = await compilation.library.plain('estimate');
  const { items, channels, outChannels } = op;
  const name = compilation.name(op);
  const pixels = axisLength(compilation.tensor(op.x).axis);
  const coefficients = compilation.arena.adopt(kernel.createUniform(name, 'coefficients'));
  const bound = compilation.bind(
    kernel,
    name,
    {
      coefficients: coefficients.buffer,
      x: compilation.dense(op.x),
      p: compilation.dense(op.p),
      y: compilation.dense(op.y),
    },
    { dims: { channels, out_channels: outChannels, pixels } },
  );
  return {
    dispatches: [{ kernel: bound, grid: fixedGrid(kernel.gridFor(pixels, channels, items)) }],
    prepare: ({ estimate }) => {
      if (!estimate) throw compilation.misuse('a run needs the coefficients of `estimate`');
      coefficients.write({ latent: estimate.latent, prediction: estimate.prediction });
    },
  };
}
