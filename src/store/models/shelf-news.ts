/** Tells the other tabs of this browser that what it keeps has changed, and is told by them. */
export interface ShelfNews {
  tell(): void;
  listen(onNews: () => void): void;
}

/** Where a browser has no such channel, a tab sees what others keep when its list is opened. */
export function browserShelfNews(): ShelfNews {
  if (!('BroadcastChannel' in globalThis)) return noShelfNews;
  const channel = new BroadcastChannel('dydit-web-shelf');
  return {
    tell: () => channel.postMessage('changed'),
    listen: (onNews) => channel.addEventListener('message', onNews),
  };
}

/** One tab alone. */
export const noShelfNews: ShelfNews = { tell: () => undefined, listen: () => undefined };
