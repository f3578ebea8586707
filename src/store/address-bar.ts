/** The address bar as the store sees it: a query without '?', entries, and Back and Forward. */
export interface AddressBar {
  read(): string;
  /** Changes the current entry. */
  replace(query: string): void;
  /** Adds an entry. */
  push(query: string): void;
  onNavigate(listener: () => void): void;
}

/** Safari refuses more than 100 changes of the address in 30 seconds; a dragged slider makes more. */
const replaceDelayMs = 350;

export function browserAddressBar(): AddressBar {
  let pending: ReturnType<typeof setTimeout> | undefined;
  const address = (query: string) =>
    `${location.pathname}${query ? `?${query}` : ''}${location.hash}`;
  return {
    read: () => location.search.slice(1),
    replace(query) {
      clearTimeout(pending);
      pending = setTimeout(() => history.replaceState(null, '', address(query)), replaceDelayMs);
    },
    push(query) {
      clearTimeout(pending);
      history.pushState(null, '', address(query));
    },
    onNavigate(listener) {
      addEventListener('popstate', () => {
        clearTimeout(pending);
        listener();
      });
    },
  };
}
