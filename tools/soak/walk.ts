import type { Picture } from '../../src/engine/api';
import type { App, Outcome } from '../../src/store/app-state';
import { applyShared } from '../../src/store/apply-shared';
import { nameOfSource } from '../../src/store/opened-files';
import { compareMaker } from '../../src/store/recipe';
import { readQuery } from '../../src/store/shared-settings';
import { actions, type Scene } from './actions';
import { Page } from './page';
import { Random } from './random';
import { picturesOnFreshEngine, World } from './world';

export interface WalkOptions {
  readonly seed: number;
  readonly actions: number;
  /** Called after each action; the walk ends where it says so. */
  readonly onAction?: (count: number) => boolean;
}

/** A walk that found something. */
export class Violation extends Error {
  constructor(
    what: string,
    readonly path: readonly string[],
  ) {
    super(`${what}\nThe last actions: ${path.slice(-12).join(', ')}`);
  }
}

/** Turns in which a page must come to rest, a worker that hung as it started be ended, and how often a clock that stands still is moved for it. */
const mostTurns = 3000;
const clockEveryTurns = 100;
const clockStepMs = 5000;

/** Actions follow at once, or once the page has come to rest. */
const restsOnceIn = 2;

/**
 * Does whatever can be done to the page, in an order that the seed decides, and holds it against
 * what must be true whenever it comes to rest.
 * @throws Violation
 */
export async function walk(options: WalkOptions): Promise<void> {
  const random = new Random(options.seed);
  const world = new World();
  const page = new Page(world, random);
  const scene: Scene = { page, world, random };
  const names = Object.entries(actions).flatMap(([name, { weight }]) =>
    Array.from({ length: weight }, () => name),
  );
  const path: string[] = [];
  const checked = new Set<string>();
  const fail = (what: string): never => {
    throw new Violation(`${what} (seed ${options.seed}, action ${path.length})`, path);
  };
  const thrown: string[] = [];
  for (let count = 1; count <= options.actions; count++) {
    const name = random.of(names);
    path.push(name);
    const done = actions[name].act(page.store.getState(), scene);
    if (done instanceof Promise) {
      done.catch((reason: unknown) => thrown.push(`${name} threw ${String(reason)}`));
    }
    for (let turns = random.below(12); turns > 0; turns--) await turn();
    if (thrown.length > 0) fail(thrown[0]);
    if (random.once(restsOnceIn)) {
      await comeToRest(scene, fail);
      await expectInOrder(scene, checked, fail);
    }
    if (options.onAction?.(count)) return;
  }
  await comeToRest(scene, fail);
  if (thrown.length > 0) fail(thrown[0]);
  await expectInOrder(scene, checked, fail);
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

async function comeToRest({ page, world }: Scene, fail: (what: string) => never): Promise<void> {
  let quiet = 0;
  for (let turns = 1; turns <= mostTurns; turns++) {
    await turn();
    quiet = isAtRest(page.store.getState()) ? quiet + 1 : 0;
    if (quiet > 20 && world.liveWorkers <= 1) return;
    if (turns % clockEveryTurns === 0) world.clock.pass(clockStepMs);
  }
  const { engine, run } = page.store.getState();
  fail(
    `The page does not come to rest: the engine is ${engine.status}, ${run ? 'a run is under way' : 'no run is'}`,
  );
}

async function expectInOrder(
  { page, world }: Scene,
  checked: Set<string>,
  fail: (what: string) => never,
): Promise<void> {
  const app = page.store.getState();
  const { engine, settings, model, source } = app;
  const isUsable = engine.status === 'ready';
  if (isUsable && (!settings || !model)) fail('The engine is ready without a model or settings');
  if (world.liveWorkers > 1) fail(`${world.liveWorkers} workers are alive`);
  if (isUsable && world.liveWorkers !== 1) fail('The engine is ready without a worker');
  if (world.liveObjects > 0) fail(`${world.liveObjects} buffers and programs were not freed`);
  for (const outcome of app.outcomes) {
    if (checked.has(String(outcome.madeAt))) continue;
    checked.add(String(outcome.madeAt));
    await expectOwnPictures(outcome, fail);
  }
  if (app.shownId !== null && !app.outcomes.some(({ id }) => id === app.shownId)) {
    fail('What is shown is not there');
  }
  if (!isUsable || !settings || !model) return;
  const read = readQuery(page.address);
  if (compareMaker(read.shared, { model, checkpoint: nameOfSource(source) }) === 'other') return;
  const linked = applyShared(settings, read, model).settings;
  // A strip and a comparison go by what they make of the settings.
  if (read.shared.run === undefined && JSON.stringify(linked) !== JSON.stringify(settings)) {
    fail(`The address ${page.address} is not of the settings ${JSON.stringify(settings)}`);
  }
}

async function expectOwnPictures(outcome: Outcome, fail: (what: string) => never): Promise<void> {
  const results =
    outcome.kind === 'pictures'
      ? [outcome.result]
      : outcome.kind === 'strip'
        ? outcome.results
        : [outcome.static, outcome.dynamic];
  for (const { request, pictures } of results) {
    if (request.seed !== outcome.settings.seed) fail('A picture is of another seed than it says');
    const expected = await picturesOnFreshEngine(request, outcome.model.identity);
    if (JSON.stringify(pictures.map(bytesOf)) !== JSON.stringify(expected)) {
      fail(`A ${outcome.kind} is not what its settings make on a fresh engine`);
    }
  }
}

function bytesOf({ rgba }: Picture): readonly number[] {
  return [...rgba];
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
