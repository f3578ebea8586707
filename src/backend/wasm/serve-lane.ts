import { DyditError } from '../../errors';
import type { FromLane, LaneStart, ToLane } from './lane-protocol';
import { LaneServer } from './lane-server';
import { startLane } from './start-lane';

/** Serves a lane to the thread that started this one; works in a browser's worker and in Node's. */
export function serveLane(port: {
  receive(listener: (message: ToLane | LaneStart) => void): void;
  send(message: FromLane, transfer: ArrayBuffer[]): void;
}): void {
  const send = (message: FromLane, transfer: ArrayBuffer[] = []): void =>
    port.send(message, transfer);
  let server: Promise<LaneServer> | undefined;
  port.receive((message) => {
    if (message.type !== 'start') {
      // One that did not start has said so.
      server?.then(
        (started) => started.receive(message),
        () => undefined,
      );
      return;
    }
    const { module, settings } = message;
    server = startLane({ module, settings }).then(({ lane }) => new LaneServer(lane, send));
    server.then(
      () => send({ type: 'ready' }),
      (error: unknown) => send({ type: 'failed', error: DyditError.from(error).toReport() }),
    );
  });
}
