import { inNode } from './thread';

/** More threads than this are not worth their memory for networks of this size. */
const mostThreads = 16;

/** Threads that the processor runs side by side. */
export function processorThreads(): number {
  const offered = inNode()
    ? process.getBuiltinModule('node:os').availableParallelism()
    : navigator.hardwareConcurrency;
  return Math.max(1, Math.min(mostThreads, offered));
}

/** The processor's name, where it can be had. */
export function processorName(): string {
  if (!inNode()) return 'Processor';
  const model = process.getBuiltinModule('node:os').cpus().at(0)?.model ?? 'Processor';
  return model.replace(/\s+/g, ' ').trim();
}
