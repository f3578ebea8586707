import { wholeAxis } from '../../ops/axis';
import type { LinearLayer } from '../../ops/layer';
import { Recorder } from '../../ops/recorder';
import { rowsOf } from '../../ops/tensor';
import type { Lane } from '../backend';
import { Owned } from '../owned';

/** Rows, K and N of the layer that is measured: the first of the shipped model's MLP, batch 2. */
const shape = { rows: 128, k: 256, n: 1024 };
/** Until the engine has compiled the kernels well, in milliseconds. */
const warmUp = 40;
const measured = 60;

/** Throughput of a linear layer on some lanes at once, GFLOP/s, two flops a multiply-add. */
export async function measureLinear(lanes: readonly Lane[]): Promise<number> {
  const rates = await Promise.all(lanes.map(measureLane));
  return rates.reduce((sum, rate) => sum + rate, 0);
}

async function measureLane(lane: Lane): Promise<number> {
  const owned = new Owned();
  try {
    const layer: LinearLayer = {
      kind: 'linear',
      name: 'measured',
      n: wholeAxis(shape.n),
      k: wholeAxis(shape.k),
    };
    const net = new Recorder('Measurement');
    const x = net.external('x', rowsOf(shape.rows, layer.k));
    net.linear(x, layer);
    const weights = owned.adopt(lane.createWeights('Measurement'));
    const weight = new Float32Array(shape.n * shape.k).fill(1 / 16);
    await weights.upload({ layer, weight, bias: new Float32Array(shape.n) });
    const storage = { x: owned.adopt(lane.allocate('x', x)) };
    const executable = owned.adopt(await lane.compile(net.finish(), { weights, storage }));
    await repeat(warmUp, () => executable.run());
    const runs = await repeat(measured, () => executable.run());
    return (2 * shape.rows * shape.k * shape.n) / (Math.min(...runs) * 1e6);
  } finally {
    owned.destroy();
  }
}

/** Milliseconds of each run, for some milliseconds. */
async function repeat(milliseconds: number, run: () => Promise<void>): Promise<readonly number[]> {
  const times: number[] = [];
  const end = performance.now() + milliseconds;
  do {
    const start = performance.now();
    await run();
    times.push(performance.now() - start);
  } while (performance.now() < end);
  return times;
}
