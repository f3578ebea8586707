import type { OpOf } from '../../../ops/op';
import { missingValue, raiseFlag, type RunContext } from '../context';
import { samplerUpdate } from '../kernels/sampler-update';
import { matrixOf, rowOf } from '../matrix';

export function runGuidance(op: OpOf<'guidance'>, { tensors }: RunContext): void {
  const { images, channels } = op;
  const x = tensors[op.x]; // (halves * images * Cout, S * S)
  const result = matrixOf(x.rows, x.columns, (row, pixel) => {
    const item = Math.floor(row / channels);
    const channel = row % channels;
    if (op.halves === 1 || channel >= op.guided) return rowOf(x, row)[pixel];
    const conditional = (item % images) * channels + channel;
    const unconditional = conditional + images * channels;
    const [c, u] = [conditional, unconditional].map((from) => rowOf(x, from)[pixel]);
    return u + op.scale * (c - u);
  });
  tensors[op.y].values.set(result.values);
}

export function runUpdate(op: OpOf<'update'>, { tensors, values }: RunContext): void {
  const { channels, outChannels } = op;
  const { update } = values;
  if (!update) throw missingValue('update');
  const step = {
    latent: update.latent,
    weight0: update.weight0,
    weight1: update.weight1,
    noise: update.noise ? 1 : 0,
    minLog: update.noise?.minLog ?? 0,
    maxLog: update.noise?.maxLog ?? 0,
  };
  const [p0, p1, noise, x] = [op.p0, op.p1, op.noise, op.x].map((id) => tensors[id]);
  const result = matrixOf(x.rows, x.columns, (row, pixel) => {
    const item = Math.floor(row / channels);
    const predicted = item * outChannels + (row % channels); // row of p0 and p1
    return samplerUpdate(step, {
      x: rowOf(x, row)[pixel],
      p0: rowOf(p0, predicted)[pixel],
      p1: rowOf(p1, predicted)[pixel],
      noise: rowOf(noise, row)[pixel],
      v: outChannels === 2 * channels ? rowOf(p0, predicted + channels)[pixel] : undefined,
    });
  });
  x.values.set(result.values);
  raiseFlag(tensors[op.flags], x);
}

export function runEstimate(op: OpOf<'estimate'>, { tensors, values }: RunContext): void {
  const { estimate } = values;
  if (!estimate) throw missingValue('estimate');
  const { channels, outChannels } = op;
  const [x, p, y] = [op.x, op.p, op.y].map((id) => tensors[id]);
  const result = matrixOf(x.rows, x.columns, (row, pixel) => {
    const predicted = Math.floor(row / channels) * outChannels + (row % channels);
    return (
      estimate.latent * rowOf(x, row)[pixel] + estimate.prediction * rowOf(p, predicted)[pixel]
    );
  });
  y.values.set(result.values);
}

export function runLatentToPixels(op: OpOf<'latentToPixels'>, { tensors }: RunContext): void {
  const x = tensors[op.x]; // (C, S * S)
  const y = tensors[op.y]; // (S * S, C)
  const { factor, limit } = op;
  const result = matrixOf(y.rows, y.columns, (pixel, channel) => {
    const value = rowOf(x, channel)[pixel] * factor;
    const bends = limit !== undefined && Number.isFinite(value);
    return bends ? limit * Math.tanh(value / limit) : value;
  });
  y.values.set(result.values);
}
