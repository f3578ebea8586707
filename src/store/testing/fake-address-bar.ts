import type { AddressBar } from '../address-bar';

/** An address bar with a history that can be walked. */
export interface FakeAddressBar extends AddressBar {
  readonly entries: readonly string[];
  /** Back and Forward. */
  readonly go: (steps: number) => void;
}

export function fakeAddressBar(query = ''): FakeAddressBar {
  const entries = [query];
  let at = 0;
  let navigated: () => void = () => undefined;
  return {
    entries,
    read: () => entries[at] ?? '',
    replace: (next) => void (entries[at] = next),
    push: (next) => {
      entries.splice(at + 1, Infinity, next);
      at++;
    },
    onNavigate: (listener) => (navigated = listener),
    go: (steps) => {
      at += steps;
      navigated();
    },
  };
}
