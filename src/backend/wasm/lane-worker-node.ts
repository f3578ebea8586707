import { parentPort } from 'node:worker_threads';
import type { LaneStart, ToLane } from './lane-protocol';
import { serveLane } from './serve-lane';

parentPort?.on('messageerror', (error) => {
  throw error;
});
serveLane({
  receive: (listener) => parentPort?.on('message', (data: ToLane | LaneStart) => listener(data)),
  send: (message, transfer) => parentPort?.postMessage(message, transfer),
});
