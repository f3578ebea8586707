import { describe, expect, it } from 'vitest';
import type { CardChoice } from './api';
import type { Backend, BackendKind, Precision } from '../backend/backend';
import { createReferenceBackend } from '../backend/reference/backend';
import { DyditError } from '../errors';
import { chooseBackend, type AdapterReport, type Platform } from './choose-backend';

/** A backend that says it is of a kind, and what it computes with. */
function pretend(kind: BackendKind, precision: Precision = 'exact'): Backend {
  const reference = createReferenceBackend();
  const report = { ...reference.report, kind, precision, fallbacks: [`A ${kind} remark.`] };
  return {
    report,
    lanes: reference.lanes,
    lost: reference.lost,
    guard: (what, work) => reference.guard(what, work),
    destroy: () => reference.destroy(),
  };
}

interface FakePlatform extends Platform {
  /** What was started, in order, with its threads. */
  readonly started: string[];
}

/** @param adapter that there is, or what there is for each card that is asked for */
function platformWith(
  adapter: AdapterReport | undefined | Error | ((card?: CardChoice) => AdapterReport),
  startWebGpu: Platform['startWebGpu'] = () => Promise.resolve(pretend('webgpu')),
): FakePlatform {
  const started: string[] = [];
  return {
    started,
    probeAdapter(wanted) {
      if (adapter instanceof Error) return Promise.reject(adapter);
      return Promise.resolve(typeof adapter === 'function' ? adapter(wanted) : adapter);
    },
    startWebGpu(wanted, precision) {
      started.push(wanted === undefined ? 'webgpu' : `webgpu ${wanted}`);
      return startWebGpu(wanted, precision);
    },
    startWasm(threads) {
      started.push(threads === undefined ? 'wasm' : `wasm ${threads}`);
      return Promise.resolve(pretend('wasm'));
    },
  };
}

const card: AdapterReport = { description: 'Real Card 9000', software: false };
const swiftShader: AdapterReport = { description: 'google swiftshader', software: true };
const refused = new DyditError('adapter-refused', 'The adapter refused to start.', 'Close tabs.');

describe('by itself', () => {
  it('takes a real graphics card, and has nothing to explain', async () => {
    const platform = platformWith(card);
    const { backend, machine } = await chooseBackend({}, platform);
    expect(platform.started).toEqual(['webgpu']);
    expect(machine).toEqual(backend.report);
  });

  it.each([
    { what: 'no adapter', adapter: undefined, says: 'No graphics card' },
    { what: 'an adapter that can’t be asked', adapter: refused, says: 'No graphics card' },
    { what: 'a software adapter', adapter: swiftShader, says: 'google swiftshader' },
  ])('takes the processor where there is $what, and says so', async ({ adapter, says }) => {
    const platform = platformWith(adapter);
    const { machine } = await chooseBackend({ threads: 3 }, platform);
    expect(platform.started).toEqual(['wasm 3']);
    expect(machine.kind).toBe('wasm');
    expect(machine.fallbacks[0]).toContain(says);
    expect(machine.fallbacks[1]).toBe('A wasm remark.');
  });

  it('takes the processor where the card fails to start, and says why', async () => {
    const platform = platformWith(card, () => Promise.reject(refused));
    const { machine } = await chooseBackend({ backend: 'auto' }, platform);
    expect(platform.started).toEqual(['webgpu', 'wasm']);
    expect(machine.fallbacks[0]).toContain(refused.message);
  });
});

describe('by choice', () => {
  it('takes what was asked for, also a software adapter', async () => {
    const platform = platformWith(swiftShader);
    expect((await chooseBackend({ backend: 'webgpu' }, platform)).machine.kind).toBe('webgpu');
    expect((await chooseBackend({ backend: 'wasm' }, platform)).machine.kind).toBe('wasm');
    expect(platform.started).toEqual(['webgpu', 'wasm']);
  });

  it('fails where that fails, without taking another', async () => {
    const platform = platformWith(card, () => Promise.reject(refused));
    await expect(chooseBackend({ backend: 'webgpu' }, platform)).rejects.toBe(refused);
    expect(platform.started).toEqual(['webgpu']);
  });

  it('is fast where the card can be, and has nothing to explain', async () => {
    const platform = platformWith(card, (_, precision) =>
      Promise.resolve(pretend('webgpu', precision)),
    );
    const { machine } = await chooseBackend({ precision: 'fast' }, platform);
    expect(machine.precision).toBe('fast');
    expect(machine.fallbacks).toEqual(['A webgpu remark.']);
  });

  it.each(['webgpu', 'wasm'] as const)(
    'is exact where %s can be nothing else, and says so',
    async (backend) => {
      const { machine } = await chooseBackend({ backend, precision: 'fast' }, platformWith(card));
      expect(machine.precision).toBe('exact');
      expect(machine.fallbacks[0]).toContain('Fast arithmetic was asked for');
    },
  );

  it.each([0, 1.5, -1, Number.NaN, 65])('refuses %s threads', async (threads) => {
    await expect(chooseBackend({ threads }, platformWith(card))).rejects.toMatchObject({
      code: 'invalid-request',
    });
  });
});

describe('of two cards', () => {
  const twoCards = (wanted?: CardChoice): AdapterReport =>
    wanted === 'low-power' ? { description: 'Small Card 100', software: false } : card;

  it.each(['auto', 'webgpu'] as const)('%s takes the one that is wanted', async (backend) => {
    const platform = platformWith(twoCards);
    const { machine } = await chooseBackend({ backend, card: 'low-power' }, platform);
    expect(platform.started).toEqual(['webgpu low-power']);
    expect(machine.onlyCard).toBe(false);
  });

  it('says where the browser has one for both', async () => {
    const { machine } = await chooseBackend({ card: 'low-power' }, platformWith(card));
    expect(machine.onlyCard).toBe(true);
  });
});

describe('this platform', () => {
  it('is Node, which has no graphics card for us', async () => {
    const { backend, machine } = await chooseBackend({});
    expect(machine.kind).toBe('wasm');
    expect(machine.fallbacks[0]).toContain('No graphics card');
    backend.destroy();
  });
});
