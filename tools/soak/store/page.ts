import type { AppStore } from '../../../src/store/app-store';
import { createAppStore } from '../../../src/store/app-store';
import type { Outcome } from '../../../src/store/app-state';
import { noShelfNews } from '../../../src/store/models/shelf-news';
import { noWaiting } from '../../../src/store/models/waiting-store';
import { noPageKeeper } from '../../../src/store/page-keeper';
import { type FakeAddressBar, fakeAddressBar } from '../../../src/store/testing/fake-address-bar';
import { fakeLibrary } from '../../../src/store/testing/fake-library';
import type { KeptRun } from '../../../src/store/unfinished-store';
import type { Random } from '../random';
import type { World } from './world';

/** What a browser keeps from one life of a page to the next. */
interface Browser {
  readonly addressBar: FakeAddressBar;
  readonly outcomes: Outcome[];
  unfinished: KeptRun | undefined;
}

/** The page's store in a browser that can be reloaded. */
export class Page {
  readonly #browser: Browser = {
    addressBar: fakeAddressBar(),
    outcomes: [],
    unfinished: undefined,
  };
  #store: AppStore;
  #at = 0;

  constructor(
    private readonly world: World,
    private readonly random: Random,
  ) {
    this.#store = this.#open();
  }

  get store(): AppStore {
    return this.#store;
  }

  get address(): string {
    return this.#browser.addressBar.read();
  }

  /** Back or Forward, as far as there is anywhere to go. */
  navigate(by: -1 | 1): void {
    const { addressBar } = this.#browser;
    const at = addressBar.entries.indexOf(addressBar.read());
    if (at + by < 0 || at + by >= addressBar.entries.length) return;
    addressBar.go(by);
  }

  /** What a reload does: everything but what the browser keeps is gone, the worker as well. */
  reload(): void {
    this.world.endAll();
    this.#store = this.#open();
  }

  #open(): AppStore {
    const { world, random } = this;
    const browser = this.#browser;
    const { addressBar, outcomes } = browser;
    const life = ++this.#at;
    const isLive = () => life === this.#at;
    const keep = (run: KeptRun | undefined): Promise<void> => {
      if (isLive()) browser.unfinished = run;
      return Promise.resolve();
    };
    const store = createAppStore({
      // A page that is gone starts nothing and keeps nothing.
      createEngine: (options) =>
        isLive() ? world.createEngine(options) : new Promise(() => undefined),
      addressBar: {
        ...addressBar,
        replace: (query) => isLive() && addressBar.replace(query),
        push: (query) => isLive() && addressBar.push(query),
      },
      preferences: { read: () => ({ backend: 'wasm', live: false }), write: () => undefined },
      history: {
        read: () => Promise.resolve([...outcomes]),
        add(outcome) {
          if (isLive()) outcomes.unshift(structuredClone(outcome));
          return Promise.resolve(undefined);
        },
        remove: (gone) => {
          for (const { madeAt } of gone) {
            const index = outcomes.findIndex((one) => one.madeAt === madeAt);
            if (index >= 0) outcomes.splice(index, 1);
          }
          return Promise.resolve();
        },
      },
      unfinished: {
        read: () => Promise.resolve(browser.unfinished),
        write: (run) => keep(structuredClone(run)),
        clear: () => keep(undefined),
      },
      gallery: () => Promise.resolve([]),
      library: fakeLibrary(),
      shelfNews: noShelfNews,
      waiting: noWaiting,
      surroundings: {
        hasWebGpu: true,
        isSparing: () => Promise.resolve(false),
        askToPersist: () => Promise.resolve(),
        askBeforeLeaving: () => undefined,
      },
      pageKeeper: noPageKeeper,
      builtInManifest: 'https://page.test/manifest.json',
      randomSeed: () => random.below(1000),
    });
    void store.getState().start();
    return store;
  }
}
