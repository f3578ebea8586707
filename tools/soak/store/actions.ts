import type { App } from '../../../src/store/app-state';
import type { Page } from './page';
import type { Random } from '../random';
import type { World } from './world';

/** What an action has to do with. */
export interface Scene {
  readonly page: Page;
  readonly world: World;
  readonly random: Random;
}

type Act = (app: App, scene: Scene) => unknown;

/** Everything that a visitor, a network, a driver and a browser may do, some of it more often. */
export const actions: Readonly<Record<string, { readonly weight: number; readonly act: Act }>> = {
  generate: { weight: 12, act: (app) => app.generate() },
  compare: { weight: 3, act: (app) => app.compare() },
  strip: { weight: 1, act: (app) => app.strip() },
  cancel: { weight: 5, act: (app) => app.cancel() },
  class: { weight: 3, act: (app, { random }) => app.change({ classId: random.below(4) }) },
  steps: { weight: 2, act: (app, { random }) => app.change({ steps: 1 + random.below(5) }) },
  pictures: { weight: 2, act: (app, { random }) => app.change({ images: 1 + random.below(3) }) },
  guidance: { weight: 1, act: (app, { random }) => app.change({ guidance: 1 + random.below(3) }) },
  sampler: {
    weight: 1,
    act: (app, { random }) => app.change({ sampler: random.of(['flow-euler', 'flow-heun']) }),
  },
  width: { weight: 1, act: (app) => app.change({ dynamicWidth: !app.settings?.dynamicWidth }) },
  tokens: { weight: 1, act: (app) => app.change({ dynamicTokens: !app.settings?.dynamicTokens }) },
  type: {
    weight: 1,
    act: (app, { random }) =>
      app.type(
        random.of(['steps', 'seed', 'images']),
        random.of(['2', '0', '-1', '1e9', 'x', '2,5']),
      ),
  },
  seed: { weight: 1, act: (app) => app.rollSeed() },
  lock: { weight: 1, act: (app) => app.setSeedLocked(!app.seedLocked) },
  surprise: { weight: 1, act: (app) => app.surprise() },
  back: { weight: 3, act: (_app, { page }) => page.navigate(-1) },
  forward: { weight: 2, act: (_app, { page }) => page.navigate(1) },
  reload: { weight: 2, act: (_app, { page }) => page.reload() },
  show: {
    weight: 1,
    act: (app, { random }) => app.outcomes.length > 0 && app.show(random.of(app.outcomes).id),
  },
  reuse: {
    weight: 2,
    act: (app, { random }) => app.outcomes.length > 0 && app.reuse(random.of(app.outcomes)),
  },
  drop: {
    weight: 2,
    act: (app, { random }) => app.openFiles([new File(['w'], random.of(['a.pt', 'b.pt']))]),
  },
  builtIn: { weight: 2, act: (app) => app.loadBuiltIn() },
  dismiss: { weight: 1, act: (app) => app.dismissNotice() },
  clear: { weight: 1, act: (app) => app.clearHistory() },
  start: { weight: 1, act: (app) => app.start() },
  retry: { weight: 1, act: (app) => app.retryLoad() },
  goOn: { weight: 4, act: (app) => app.goOn() },
  goOnOnProcessor: { weight: 2, act: (app) => app.goOnOnProcessor() },
  letBe: { weight: 1, act: (app) => app.forgetBrokenOff() },
  measureAgain: { weight: 2, act: (app) => app.measureAgain() },
  fewer: { weight: 1, act: (app) => app.generateFewer() },
  loseDevice: { weight: 3, act: (_app, { world }) => world.loseDevice() },
  hang: { weight: 1, act: (_app, { world }) => world.hang() },
  crash: { weight: 1, act: (_app, { world }) => world.crash() },
  failFetch: { weight: 1, act: (_app, { world }) => (world.faults.fetch = true) },
  flipByte: { weight: 1, act: (_app, { world }) => (world.faults.byte = true) },
  failMemory: { weight: 1, act: (_app, { world }) => (world.faults.memory = true) },
  failStart: { weight: 1, act: (_app, { world }) => (world.faults.start = true) },
};
