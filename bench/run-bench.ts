import { cpus } from 'node:os';
import { assemble } from './assemble';
import type { BenchContext } from './context';
import { expectAdapter } from './expect-adapter';
import { benchAttention, benchKernels, benchPictures, measurePeaks } from './machines';
import { benchNetwork, type NetworkFigures } from './networks';
import type { BenchReport } from './report';

/** What a benchmark is given. */
export type BenchTask = Omit<BenchContext, 'adapter' | 'peaks'>;

/**
 * Measures what was asked for: every network is held against the reference before it is timed, and what is above
 * the machine's peak is refused. Both go to the task's refusals.
 * @throws DyditError `adapter-refused` where the adapter is not the one that was asked for
 */
export async function runBench(task: BenchTask): Promise<BenchReport> {
  const { runtime, options } = task;
  const workplace = await runtime.openWorkplace();
  const adapter = options.backends.includes('webgpu') ? await workplace.adapter() : undefined;
  await workplace.close();
  if (adapter) expectAdapter(options, adapter);
  const context: BenchContext = { ...task, adapter, peaks: [] };
  await measurePeaks(context);
  const networks: NetworkFigures[] = [];
  for (const config of options.configs) {
    networks.push(await benchNetwork(context, config));
    await measurePeaks(context);
  }
  const kernels = await benchKernels(context);
  const attention = await benchAttention(context);
  const pictures = options.configs.includes('emoji') ? await benchPictures(context) : [];
  await measurePeaks(context);
  return assemble(context, { cpu: processor(), networks, kernels, attention, pictures });
}

/** The processor in words. */
function processor(): string {
  const all = cpus();
  return `${all.length} x ${all[0]?.model.trim() ?? 'unknown'}`;
}
