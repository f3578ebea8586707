import { describe, expect, it } from 'vitest';
import type { Backend } from '../backend/backend';
import { DyditError, type ErrorReport } from '../errors';
import type { GenerateRequest, ModelSource } from './api';
import { Session, type SessionModel } from './session';
import { mockModel } from './testing/mock-model';
import { mockConfig } from './testing/mock-network';
import { watchedBackend } from './testing/watched-backend';

const source: ModelSource = { kind: 'manifest', url: 'https://example.org/manifest.json' };
const { signal } = new AbortController();
const ignore = () => undefined;
const still = () => new Float32Array(mockConfig.inChannels * mockConfig.inputSize ** 2);

const request: GenerateRequest = {
  sampler: 'flow-euler',
  steps: 2,
  guidance: 1,
  guidanceChannels: 'all',
  seed: 1,
  images: 1,
  labels: [{ classId: 0, weight: 1 }],
  variation: 0,
  budget: 0,
  dynamicWidth: true,
  dynamicTokens: true,
  preview: 'off',
};

/** A session whose loads give what `models` gives, in order. */
function sessionOf(
  models: readonly (() => Promise<SessionModel>)[],
  lost: Promise<ErrorReport> = new Promise(ignore),
): Session {
  const { backend } = watchedBackend();
  const watched: Backend = { ...backend, lost };
  let next = 0;
  return new Session({ backend: watched, machine: backend.report }, () => models[next++]());
}

describe('one thing at a time', () => {
  it('refuses a second call until the first has ended', async () => {
    let finish: (model: SessionModel) => void = ignore;
    const session = sessionOf([() => new Promise((resolve) => (finish = resolve))]);
    const loading = session.load(source, signal, ignore);
    const busy = { code: 'invalid-request', message: 'The engine is at work already.' };
    await expect(session.load(source, signal, ignore)).rejects.toMatchObject(busy);
    await expect(session.generate(request, signal, {})).rejects.toMatchObject(busy);
    finish(mockModel('first', { predict: still }).model);
    await loading;
    await expect(session.generate(request, signal, {})).resolves.toMatchObject({ request });
  });

  it('is free again after a run that failed or was cancelled', async () => {
    const abort = new AbortController();
    const model = mockModel('first', {
      predict: still,
      onEvaluate: (evaluation) => {
        if (evaluation === 1) abort.abort();
      },
    });
    const session = sessionOf([() => Promise.resolve(model.model)]);
    await session.load(source, signal, ignore);
    await expect(
      session.generate({ ...request, steps: 9 }, abort.signal, {}),
    ).rejects.toMatchObject({ code: 'cancelled' });
    await expect(session.generate({ ...request, steps: 0 }, signal, {})).rejects.toMatchObject({
      code: 'invalid-request',
    });
    await expect(session.generate(request, signal, {})).resolves.toMatchObject({ request });
  });
});

describe('loading', () => {
  it('must come before generating', async () => {
    const session = sessionOf([]);
    await expect(session.generate(request, signal, {})).rejects.toMatchObject({
      code: 'invalid-request',
      message: 'No model is loaded.',
    });
  });

  it('puts the new model in place of the old one', async () => {
    const first = mockModel('first', { predict: still });
    const second = mockModel('second', { predict: still });
    const session = sessionOf([
      () => Promise.resolve(first.model),
      () => Promise.resolve(second.model),
    ]);
    expect((await session.load(source, signal, ignore)).name).toBe('first');
    expect((await session.load(source, signal, ignore)).name).toBe('second');
    expect([first.destroyed(), second.destroyed()]).toEqual([true, false]);
  });

  it('that fails leaves the old model as it was', async () => {
    const first = mockModel('first', { predict: still });
    const broken = new DyditError('checkpoint-broken', 'It is broken.');
    const session = sessionOf([() => Promise.resolve(first.model), () => Promise.reject(broken)]);
    await session.load(source, signal, ignore);
    await expect(session.load(source, signal, ignore)).rejects.toBe(broken);
    expect(first.destroyed()).toBe(false);
    await expect(session.generate(request, signal, {})).resolves.toMatchObject({ request });
  });

  it('where both do not fit frees the old one first, and takes it back where the new one fails', async () => {
    const first = mockModel('first', { predict: still });
    const second = mockModel('second', { predict: still });
    const back = mockModel('first', { predict: still });
    const full = new DyditError('out-of-memory', 'There is no room.');
    const unlessAlone = (model: SessionModel | undefined, beside: () => boolean) => () =>
      beside() || !model ? Promise.reject(full) : Promise.resolve(model);
    const session = sessionOf([
      () => Promise.resolve(first.model),
      unlessAlone(second.model, () => !first.destroyed()),
      unlessAlone(second.model, () => !first.destroyed()),
      unlessAlone(undefined, () => true),
      unlessAlone(undefined, () => true),
      unlessAlone(back.model, () => !second.destroyed()),
    ]);
    await session.load(source, signal, ignore);
    expect((await session.load(source, signal, ignore)).name).toBe('second');
    await expect(session.load(source, signal, ignore)).rejects.toBe(full);
    expect([second.destroyed(), back.destroyed()]).toEqual([true, false]);
    await expect(session.generate(request, signal, {})).resolves.toMatchObject({ request });
  });
});

describe('a lost device', () => {
  it('is the reason that a call gives, whatever failed because of it', async () => {
    const report: ErrorReport = { code: 'device-lost', message: 'It is gone.', advice: 'Restart.' };
    let lose: (report: ErrorReport) => void = ignore;
    const lost = new Promise<ErrorReport>((resolve) => (lose = resolve));
    const model = mockModel('first', {
      predict: () => {
        throw new Error('an operation on a device that is no more');
      },
      onEvaluate: () => lose(report),
    });
    const session = sessionOf([() => Promise.resolve(model.model)], lost);
    await session.load(source, signal, ignore);
    await expect(session.generate(request, signal, {})).rejects.toMatchObject(report);
    expect(await session.lost).toEqual(report);
  });
});
