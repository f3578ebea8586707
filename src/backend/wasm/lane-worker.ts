import type { LaneStart, ToLane } from './lane-protocol';
import { serveLane } from './serve-lane';

serveLane({
  receive: (listener) => {
    addEventListener('message', ({ data }: MessageEvent<ToLane | LaneStart>) => listener(data));
  },
  send: (message, transfer) => postMessage(message, { transfer }),
});
