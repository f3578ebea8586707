import { type Clock, wallClock } from '../../clock';
import type { ErrorReport } from '../../errors';
import { DyditError } from '../../errors';
import type { FromLane, LaneStart } from './lane-protocol';
import type { LaneSettings } from './lane-settings';
import { RemoteLane } from './remote-lane';
import {
  browserThread,
  inNode,
  nodeThread,
  type Thread,
  type ThreadEvents,
  threadStartMs,
} from './thread';

/** A lane that a thread of its own has. */
export interface StartedRemoteLane {
  readonly lane: RemoteLane;
  readonly lost: Promise<ErrorReport>;
  destroy(): void;
}

/** How a lane's thread is started and waited for; tests put others in. */
export interface RemoteLaneOptions {
  readonly start?: (events: ThreadEvents<FromLane>) => Thread;
  readonly clock?: Clock;
}

/**
 * Starts a thread that has a lane.
 * @throws DyditError where it can't be started
 */
export async function startRemoteLane(
  module: WebAssembly.Module,
  settings: LaneSettings,
  { clock = wallClock, start: startThread = startLaneThread }: RemoteLaneOptions = {},
): Promise<StartedRemoteLane> {
  let onReady: () => void = () => undefined;
  let onFailed: (error: ErrorReport) => void = () => undefined;
  const ready = new Promise<ErrorReport | undefined>((resolve) => {
    onReady = () => resolve(undefined);
    onFailed = resolve;
  });
  const lane: RemoteLane = new RemoteLane(
    (message) => thread.post(message),
    (busy) => thread.keepAlive(busy),
    clock,
  );
  const thread = startThread({
    message: (message) => {
      if (message.type === 'ready') onReady();
      else if (message.type === 'failed') onFailed(message.error);
      lane.receive(message);
    },
    failure: (reason) => lane.fail(reason),
  });
  const start: LaneStart = { type: 'start', module, settings };
  const destroy = (): void => {
    lane.close();
    thread.terminate();
  };
  try {
    thread.post(start);
  } catch (thrown) {
    lane.fail(thrown instanceof Error ? thrown.message : String(thrown));
  }
  const takeBack = clock.after(threadStartMs, () => lane.fail('it did not start'));
  const failure = await Promise.race([ready, lane.lost]);
  takeBack();
  thread.keepAlive(false);
  if (failure === undefined) return { lane, lost: lane.lost, destroy };
  destroy();
  throw DyditError.fromReport(failure);
}

// Not spelled out where it is used, so that bundles for browsers leave it alone.
const nodeEntry = './lane-worker-node.mjs';

function startLaneThread(events: ThreadEvents<FromLane>): Thread {
  if (inNode()) {
    const { Worker } = process.getBuiltinModule('node:worker_threads');
    return nodeThread<FromLane>(new Worker(new URL(nodeEntry, import.meta.url)), events);
  }
  const worker = new Worker(new URL('./lane-worker.ts', import.meta.url), { type: 'module' });
  return browserThread<FromLane>(worker, events);
}
