import type { Picture } from '../../../src/engine/api';
import type { App, Outcome } from '../../../src/store/app-state';
import { applyShared } from '../../../src/store/apply-shared';
import { nameOfSource } from '../../../src/store/opened-files';
import { compareMaker } from '../../../src/store/recipe';
import { readQuery } from '../../../src/store/shared-settings';
import type { Random } from '../random';
import { faultsOf } from '../standing';
import { byWeight, type Ground } from '../walk';
import { actions, type Scene } from './actions';
import { Page } from './page';
import { picturesOnFreshEngine, World } from './world';

/** Turns in which a page must come to rest, a worker that hung as it started be ended, and how often a clock that stands still is moved for it. */
const mostTurns = 3000;
const clockEveryTurns = 100;
const clockStepMs = 5000;

/** The page's store over an engine whose network is a formula: without a browser, and quick. */
export function storeGround(random: Random): Ground {
  const world = new World();
  const page = new Page(world, random);
  const scene: Scene = { page, world, random };
  const checked = new Set<number>();
  const thrown: string[] = [];
  return {
    actions: byWeight(actions),
    async act(name) {
      const done = actions[name].act(page.store.getState(), scene);
      if (done instanceof Promise) {
        done.catch((reason: unknown) => thrown.push(`${name} threw ${String(reason)}`));
      }
      for (let turns = random.below(12); turns > 0; turns--) await turn();
    },
    async rest() {
      const isQuiet = await comeToRest(scene);
      if (thrown.length > 0) return thrown;
      return isQuiet ? look(scene, checked) : [unrest(page.store.getState())];
    },
  };
}

function isAtRest({ engine, run, opening }: App): boolean {
  return (
    run === null &&
    engine.status !== 'starting' &&
    engine.status !== 'loading' &&
    engine.status !== 'measuring' &&
    opening?.status !== 'reading'
  );
}

async function comeToRest({ page, world }: Scene): Promise<boolean> {
  let quiet = 0;
  for (let turns = 1; turns <= mostTurns; turns++) {
    await turn();
    quiet = isAtRest(page.store.getState()) ? quiet + 1 : 0;
    if (quiet > 20 && world.liveWorkers <= 1) return true;
    if (turns % clockEveryTurns === 0) world.clock.pass(clockStepMs);
  }
  return false;
}

function unrest({ engine, run }: App): string {
  return `The page does not come to rest: the engine is ${engine.status}, ${run ? 'a run is under way' : 'no run is'}`;
}

/** @param checked when the pictures were made that were looked at already */
async function look({ page, world }: Scene, checked: Set<number>): Promise<readonly string[]> {
  const app = page.store.getState();
  const { engine, settings, model } = app;
  const isUsable = engine.status === 'ready';
  const faults = [
    ...faultsOf({
      isUsable,
      // Every card of an engine that stopped has a way on.
      canGoOn: isUsable || engine.status === 'failed' || engine.status === 'lost',
      liveEngines: world.liveWorkers,
      liveObjects: world.liveObjects,
    }),
  ];
  if (isUsable && (!settings || !model)) faults.push('The engine is ready without a model');
  for (const outcome of app.outcomes) {
    if (checked.has(outcome.madeAt)) continue;
    checked.add(outcome.madeAt);
    faults.push(...(await faultsOfPictures(outcome)));
  }
  if (app.shownId !== null && !app.outcomes.some(({ id }) => id === app.shownId)) {
    faults.push('What is shown is not there');
  }
  return [...faults, ...faultsOfAddress(app, page.address)];
}

function faultsOfAddress(app: App, address: string): readonly string[] {
  const { engine, settings, model, source } = app;
  if (engine.status !== 'ready' || !settings || !model) return [];
  const read = readQuery(address);
  if (compareMaker(read.shared, { model, checkpoint: nameOfSource(source) }) === 'other') return [];
  // A strip and a comparison go by what they make of the settings.
  if (read.shared.run !== undefined) return [];
  const linked = applyShared(settings, read, model).settings;
  if (JSON.stringify(linked) === JSON.stringify(settings)) return [];
  return [`The address ${address} is not of the settings ${JSON.stringify(settings)}`];
}

async function faultsOfPictures(outcome: Outcome): Promise<readonly string[]> {
  const results =
    outcome.kind === 'pictures'
      ? [outcome.result]
      : outcome.kind === 'strip'
        ? outcome.results
        : [outcome.static, outcome.dynamic];
  for (const { request, pictures } of results) {
    if (request.seed !== outcome.settings.seed)
      return ['A picture is of another seed than it says'];
    const expected = await picturesOnFreshEngine(request, outcome.model.identity);
    if (JSON.stringify(pictures.map(bytesOf)) !== JSON.stringify(expected)) {
      return [`A ${outcome.kind} is not what its settings make on a fresh engine`];
    }
  }
  return [];
}

function bytesOf({ rgba }: Picture): readonly number[] {
  return [...rgba];
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
