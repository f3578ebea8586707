/** The one message to a worker of a crew. */
export interface CrewStart {
  readonly module: WebAssembly.Module;
  /** Shared. */
  readonly memory: WebAssembly.Memory;
  /** Address of the lane's state. */
  readonly state: number;
  /** Number of the thread; 0 is the one that asks for runs. */
  readonly thread: number;
}

export function isCrewStart(data: unknown): data is CrewStart {
  return typeof data === 'object' && data !== null && 'memory' in data && 'thread' in data;
}

/**
 * crew-worker.ts for Node, as plain JavaScript: Node's workers take no TypeScript, and a bundle has
 * no file to point them at.
 */
export const nodeCrewScript = `
const { parentPort } = require('node:worker_threads');
parentPort.once('message', async ({ module, memory, state, thread }) => {
  const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
  parentPort.postMessage('ready');
  exports.work(state, thread);
});
`;
