import { Session } from '../session';
import type { ToWorker } from './protocol';
import { SessionServer } from './serve';

const server = new SessionServer(
  (options) => Session.start(options),
  (message, transfer = []) => self.postMessage(message, { transfer }),
);

self.addEventListener('message', (event: MessageEvent<ToWorker>) => {
  void server.receive(event.data);
});
self.addEventListener('messageerror', () => server.unreadable());
