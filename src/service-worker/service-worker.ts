import type { WorkboxPlugin } from 'workbox-core';
import { PrecacheController, PrecacheRoute, type PrecacheEntry } from 'workbox-precaching';
import { RangeRequestsPlugin } from 'workbox-range-requests';
import { Router } from 'workbox-routing';
import { otherWindows, takeOver } from './messages';

/*
 * Keeps one version of the page whole: its files, kernels and weights are those that were built
 * together. A newer version is fetched beside it and takes over when the page is started anew, or when
 * it asks for it; never under a page that runs.
 */

declare const self: ServiceWorkerGlobalScope;

/** Both are written by tools/page/offline.ts. */
declare const __KEPT_FILES__: readonly PrecacheEntry[];
declare const __PAGE_HEADERS__: Readonly<Record<string, string>>;

/**
 * The headers of README.md, for hosts that can't send them. Without a service worker, as on the very
 * first visit there, the page is not isolated: it works, with a memory for each thread.
 */
const withPageHeaders: WorkboxPlugin = {
  handlerWillRespond: ({ response }) => {
    const { body, status, statusText } = response;
    const headers = new Headers(response.headers);
    for (const [name, value] of Object.entries(__PAGE_HEADERS__)) headers.set(name, value);
    return Promise.resolve(new Response(body, { status, statusText, headers }));
  },
};

/** The page has fetched the weights a moment ago: the browser asks whether they are still the same. */
const withoutFetchingTwice: WorkboxPlugin = {
  requestWillFetch: ({ request }) =>
    Promise.resolve(
      request.cache === 'reload' ? new Request(request, { cache: 'no-cache' }) : request,
    ),
};

const files = new PrecacheController({
  plugins: [withoutFetchingTwice, new RangeRequestsPlugin(), withPageHeaders],
});
files.addToCacheList([...__KEPT_FILES__]);

const router = new Router();
// A link's settings are the page's business, not the file's.
router.registerRoute(new PrecacheRoute(files, { ignoreURLParametersMatching: [/./] }));

self.addEventListener('install', (event) => void files.install(event));
self.addEventListener('activate', (event) => void files.activate(event));
self.addEventListener('fetch', (event) => {
  const response = router.handleRequest({ event, request: event.request });
  if (response) event.respondWith(response);
});

self.addEventListener('message', (event) => {
  if (event.data === takeOver) event.waitUntil(takeOverOrRefuse(event.source));
});

async function takeOverOrRefuse(asking: ExtendableMessageEvent['source']): Promise<void> {
  const windows = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  if (windows.length <= 1) await self.skipWaiting();
  else asking?.postMessage(otherWindows);
}
