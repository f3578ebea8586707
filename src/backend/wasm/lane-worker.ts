import type { LaneStart, ToLane } from './lane-protocol';
import { serveLane } from './serve-lane';

addEventListener('messageerror', () => reportError(new Error('a message could not be read')));
serveLane({
  receive: (listener) => {
    addEventListener('message', ({ data }: MessageEvent<ToLane | LaneStart>) => listener(data));
  },
  send: (message, transfer) => postMessage(message, { transfer }),
});
