import { otherWindows, takeOver } from '../service-worker/messages';

/** Keeps the page in the browser, for visits without a network; never a page of mixed versions. */
export interface PageKeeper {
  /**
   * Keeps this version, and watches for a newer one. Never rejects: where a browser keeps nothing, as
   * in some private windows, the page comes from its server each time.
   * @param onNewer called once a newer version is here, whole, and waits
   */
  keep(onNewer: () => void): Promise<void>;
  /**
   * Has the newer version take over: the page is loaded anew. False, and nothing happens, where another
   * window has this version open, whose files would go.
   */
  takeNewer(): Promise<boolean>;
}

export function browserPageKeeper(): PageKeeper {
  let registration: ServiceWorkerRegistration | undefined;
  return {
    async keep(onNewer) {
      try {
        const { serviceWorker } = navigator;
        const script = new URL('service-worker.js', document.baseURI);
        registration = await serviceWorker.register(script, { updateViaCache: 'none' });
        if (registration.waiting) onNewer();
        const watch = (worker: ServiceWorker | null): void =>
          worker?.addEventListener('statechange', () => {
            // The first version of all replaces none.
            if (worker.state === 'installed' && registration?.active) onNewer();
          });
        watch(registration.installing);
        registration.addEventListener('updatefound', () => watch(registration?.installing ?? null));
      } catch {
        // No service workers here, or they are forbidden.
      }
    },
    takeNewer() {
      const newer = registration?.waiting;
      if (!newer) {
        // Another window has let it take over in the meantime.
        location.reload();
        return Promise.resolve(true);
      }
      return new Promise((resolve) => {
        newer.addEventListener('statechange', () => {
          if (newer.state !== 'activated') return;
          location.reload();
          resolve(true);
        });
        navigator.serviceWorker.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
          if (data === otherWindows) resolve(false);
        });
        newer.postMessage(takeOver);
      });
    },
  };
}

/** For pages that are not built, whose files change under them. */
export const noPageKeeper: PageKeeper = {
  keep: () => Promise.resolve(),
  takeNewer: () => Promise.resolve(false),
};
