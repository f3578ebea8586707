/** The address bar as the store sees it: a query without '?', entries, and Back and Forward. */
export interface AddressBar {
  /** What was last written, also where the browser does not have it yet. */
  read(): string;
  /** Changes the current entry. */
  replace(query: string): void;
  /** Adds an entry. */
  push(query: string): void;
  onNavigate(listener: () => void): void;
}

/**
 * Safari refuses more than 100 changes of the address in 30 seconds; a dragged slider makes more.
 * So many are written at once, so that a reload finds them; beyond, one in each interval. Together
 * 30 + 30 s / 600 ms = 80 in 30 seconds.
 */
const writesAtOnce = 30;
const writeEveryMs = 600;

export function browserAddressBar(): AddressBar {
  let pending: string | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let allowance = writesAtOnce;
  let countedAt = performance.now();
  const address = (query: string) =>
    `${location.pathname}${query ? `?${query}` : ''}${location.hash}`;
  const mayWrite = () => {
    const now = performance.now();
    allowance = Math.min(writesAtOnce, allowance + (now - countedAt) / writeEveryMs);
    countedAt = now;
    return allowance >= 1;
  };
  const forget = () => {
    clearTimeout(timer);
    timer = undefined;
    pending = undefined;
  };
  /** Browsers refuse by throwing what comes too often for them: it is written a little later. */
  const write = (how: 'replaceState' | 'pushState', query: string) => {
    forget();
    allowance--;
    try {
      history[how](null, '', address(query));
    } catch {
      pending = query;
      timer = setTimeout(flush, writeEveryMs);
    }
  };
  const flush = () => {
    if (pending !== undefined) write('replaceState', pending);
  };
  // The last chance of a change that has had to wait.
  addEventListener('pagehide', flush);
  addEventListener('beforeunload', flush);
  return {
    read: () => pending ?? location.search.slice(1),
    replace(query) {
      pending = query;
      if (mayWrite()) flush();
      else timer ??= setTimeout(flush, writeEveryMs);
    },
    push(query) {
      // The entry that is left behind keeps what it was last told.
      flush();
      write('pushState', query);
    },
    onNavigate(listener) {
      addEventListener('popstate', () => {
        forget();
        listener();
      });
    },
  };
}
