import { browserStorage } from '../browser-storage';
import { browserChoiceMemory } from '../choice-memory';
import { localLibrary } from '../local-library';
import type { ToLibrary } from './protocol';
import { LibraryServer } from './serve';

const server = new LibraryServer(
  localLibrary({
    storage: browserStorage(),
    memory: browserChoiceMemory(),
    async room() {
      const { usage, quota } = await navigator.storage.estimate();
      const isPersistent = await navigator.storage.persisted();
      return {
        ...(usage === undefined ? {} : { usage }),
        ...(quota === undefined ? {} : { quota }),
        isPersistent,
      };
    },
  }),
  (message) => self.postMessage(message),
);

self.addEventListener('message', (event: MessageEvent<ToLibrary>) => {
  void server.receive(event.data);
});
self.addEventListener('messageerror', () => server.unreadable());
