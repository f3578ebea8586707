import type { Browser, ConsoleMessage, Page } from 'playwright';
import type { Preferences } from '../../../src/store/preferences';
import { preferencesKey } from '../../../src/store/preferences';
import { readQuery, slug } from '../../../src/store/shared-settings';
import type { Random } from '../random';
import { faultsOf } from '../standing';
import { byWeight, type Ground } from '../walk';
import { actions, patientActions, type Scene } from './actions';
import { BufferBaseline } from './buffers';
import { liveBuffers, makeEngineBreakable } from './engine';
import { dropFile, serveTinyModel } from './network';
import { pressButton, probe, type Seen, watchPage } from './probe';

export interface BrowserGroundOptions {
  readonly browser: Browser;
  /** Of the built page. */
  readonly address: string;
  readonly random: Random;
  /** What computes. */
  readonly backend: 'wasm' | 'webgpu';
  /** Whether there is time for what takes long. */
  readonly isPatient?: boolean;
}

/** So often nothing may have changed for a page to be at rest, and so long between two looks. */
const quietLooks = 5;
const lookEveryMs = 100;

/** A page that is not at rest after this never will be, however slow the machine. */
const restMs = 5 * 60_000;

/** The built page in a browser. */
export async function browserGround(
  options: BrowserGroundOptions,
): Promise<Ground & { close(): Promise<void> }> {
  const { random, isPatient = false } = options;
  const faults = { lost: 0, wrong: 0 };
  const page = await openPage(options, `${options.address}?draw=off&class=class-2&seed=7`, faults);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(`A script failed: ${error.message}`));
  page.on('console', (message) => {
    if (isComplaint(message)) complaints.push(`The console says: ${message.text()}`);
  });
  const scene: Scene = { page, faults, random };
  const checked = new Set<string>();
  const baseline = new BufferBaseline();
  return {
    actions: [...byWeight(actions), ...(isPatient ? patientActions : [])],
    async act(name) {
      await duringReloads(() => actions[name].act(scene));
      await page.waitForTimeout(random.below(4) * 50);
    },
    async rest() {
      const seen = await comeToRest(page);
      if (complaints.length > 0) return complaints;
      if (!seen) return ['The page does not come to rest'];
      return [
        ...(await look(options, seen, checked)),
        ...(seen.canGenerate ? await faultsOfBuffers(page, seen.model, baseline) : []),
      ];
    },
    close: () => page.context().close(),
  };
}

/** A page of its own, as of a visitor who was never here. */
async function openPage(
  { browser, backend }: Pick<BrowserGroundOptions, 'browser' | 'backend'>,
  address: string,
  faults?: Scene['faults'],
): Promise<Page> {
  const context = await browser.newContext({ serviceWorkers: 'block' });
  const page = await context.newPage();
  // tsx has functions keep their names by this, which does not travel with them.
  await page.addInitScript('globalThis.__name = (value) => value;');
  await page.addInitScript(watchPage);
  const preferences: Preferences = { backend, live: false };
  await page.addInitScript(
    ([key, value]) => {
      if (localStorage.getItem(key) === null) localStorage.setItem(key, value);
    },
    [preferencesKey, JSON.stringify(preferences)] as const,
  );
  await serveTinyModel(page, faults);
  await makeEngineBreakable(page);
  await page.goto(address);
  return page;
}

/** What fails by our doing is no fault of the page. */
function isComplaint(message: ConsoleMessage): boolean {
  return (
    message.type() === 'error' && !/Failed to load resource|ran into a wall/.test(message.text())
  );
}

/** A page that is being reloaded answers nothing: what is asked of it then is let be. */
async function duringReloads<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (thrown) {
    if (/context was destroyed|navigat|Timeout|detached/i.test(String(thrown))) return undefined;
    throw thrown;
  }
}

async function comeToRest(page: Page): Promise<Seen | undefined> {
  let quiet = 0;
  let before = '';
  for (const end = performance.now() + restMs; performance.now() < end;) {
    await page.waitForTimeout(lookEveryMs);
    const seen = await duringReloads(() => page.evaluate(probe));
    const now = JSON.stringify(seen);
    const isStill = seen && !seen.isBusy && (seen.canGenerate || seen.problems.length > 0);
    quiet = isStill && now === before ? quiet + 1 : 0;
    before = now;
    if (quiet >= quietLooks) return seen;
  }
  return undefined;
}

/** @param checked links of the pictures that were looked at already, with the pictures */
async function look(
  options: BrowserGroundOptions,
  seen: Seen,
  checked: Set<string>,
): Promise<readonly string[]> {
  const { canGenerate: isUsable, hasRemedy, liveEngines, shown } = seen;
  const faults = [
    ...faultsOf({ isUsable, canGoOn: isUsable || hasRemedy, liveEngines, liveObjects: 0 }),
    ...(isUsable ? faultsOfAddress(seen) : []),
  ];
  const key = JSON.stringify(shown);
  if (!shown || checked.has(key)) return faults;
  checked.add(key);
  const expected = await picturesOnFreshPage(options, shown.link);
  if (JSON.stringify(expected) === JSON.stringify(shown.pictures)) return faults;
  return [...faults, `The pictures shown are not those of their link ${shown.link}`];
}

/** Buffers that runs, models and broken engines have left behind. */
async function faultsOfBuffers(
  page: Page,
  model: string,
  baseline: BufferBaseline,
): Promise<readonly string[]> {
  const labels = await duringReloads(() => liveBuffers(page));
  const left = labels ? baseline.beyond(model, labels) : [];
  if (left.length === 0) return [];
  return [`${left.length} buffers were left behind: ${[...new Set(left)].join(', ')}`];
}

/** What the address says, where it is of the model in use. */
function faultsOfAddress({ query, model, fields }: Seen): readonly string[] {
  const { shared } = readQuery(query);
  if ((shared.model ?? builtIn) !== model || shared.run !== undefined) return [];
  const said: Readonly<Record<string, string | undefined>> = {
    Seed: text(shared.seed),
    Steps: text(shared.steps),
    Guidance: text(shared.guidance),
    Pictures: text(shared.images),
    'Dynamic width': onOff(shared.width),
    'Dynamic tokens': onOff(shared.tokens),
    Style: shared.style,
  };
  return Object.entries(said).flatMap(([name, value]) => {
    const used = name === 'Style' && fields.Style ? slug(fields.Style) : fields[name];
    if (value === undefined || used === undefined || value === used) return [];
    return [`The address says ${name} ${value}, the page ${used}`];
  });
}

const builtIn = 'flow-map';

function text(value: number | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}

function onOff(value: boolean | undefined): string | undefined {
  return value === undefined ? undefined : value ? 'on' : 'off';
}

/** What a visitor gets who opens the link: its pictures on an engine of their own. */
async function picturesOnFreshPage(
  options: BrowserGroundOptions,
  link: string,
): Promise<readonly string[] | undefined> {
  const { shared } = readQuery(link);
  const page = await openPage(options, `${options.address}?${link}&draw=off`);
  try {
    await comeToRest(page);
    if (shared.model !== undefined) {
      await dropFile(page, shared.model);
      await comeToRest(page);
      // The likely answers are given already.
      if (await page.evaluate(pressButton, '^Open$')) await comeToRest(page);
    }
    const run = { compare: '^Compare$', strip: '^Draw the way' } as const;
    await page.evaluate(pressButton, shared.run ? run[shared.run] : '^Generate$');
    return (await comeToRest(page))?.shown?.pictures;
  } finally {
    await page.context().close();
  }
}
