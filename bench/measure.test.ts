import { describe, expect, it } from 'vitest';
import { DyditError } from '../src/errors';
import type { Output } from './agreement';
import { measure, type Subject, type Verify } from './measure';
import type { Mode } from './names';

const right: Output = { prediction: Float32Array.of(1), kept: new Uint32Array() };
const wrong: Output = { prediction: Float32Array.of(2), kept: new Uint32Array() };

/** Every call of `time`, in order, and a subject that takes the milliseconds it is given. */
class FakeSubject implements Subject {
  static calls: string[] = [];
  readonly #times: number[];

  constructor(
    readonly name: string,
    private readonly given: {
      readonly modes?: readonly Mode[];
      readonly output?: Output;
      readonly times?: readonly number[];
      readonly slow?: boolean;
    } = {},
  ) {
    this.#times = [...(given.times ?? [])];
  }

  get modes(): readonly Mode[] {
    return this.given.modes ?? ['static'];
  }

  get slow(): boolean {
    return this.given.slow ?? false;
  }

  outputs(): Promise<readonly Output[]> {
    return Promise.resolve([this.given.output ?? right]);
  }

  time(mode: Mode, rounds: number): Promise<number> {
    FakeSubject.calls.push(`${this.name} ${mode} ${rounds}`);
    return Promise.resolve(this.#times.shift() ?? 500);
  }
}

const verify: Verify = (what, _mode, [{ prediction }]) =>
  prediction[0] === 1
    ? Promise.resolve({ maxError: 0, otherTokens: 0 })
    : Promise.reject(new DyditError('internal', `${what} is wrong.`));

async function run(subjects: readonly Subject[], repeats: number) {
  FakeSubject.calls = [];
  const measured = await measure(subjects, verify, repeats);
  return { ...measured, calls: FakeSubject.calls };
}

describe('measuring', () => {
  it('never times what computes something else', async () => {
    const bad = new FakeSubject('bad', { output: wrong });
    const { measurements, refusals, calls } = await run([bad, new FakeSubject('good')], 2);
    expect(measurements.map(({ subject }) => subject.name)).toEqual(['good']);
    expect(refusals).toEqual([{ subject: bad, mode: 'static', reason: 'bad, static is wrong.' }]);
    expect(calls.filter((call) => call.startsWith('bad'))).toEqual([]);
  });

  it('goes through all subjects and modes in every repeat', async () => {
    const a = new FakeSubject('a', { modes: ['static', 'both'] });
    const { calls } = await run([a, new FakeSubject('b')], 2);
    const round = ['a static 1', 'a both 1', 'b static 1'];
    expect(calls).toEqual([...round, ...round, ...round]);
  });

  it('gives the median and spread of the repeats, without the first time', async () => {
    const { measurements } = await run([new FakeSubject('a', { times: [900, 300, 100, 200] })], 3);
    expect(measurements[0].msPerEvaluation).toBe(200);
    expect(measurements[0].spread).toBe(1);
  });

  it('times what is short several times over, within bounds', async () => {
    const of = async (ms: number) => (await run([new FakeSubject('a', { times: [ms] })], 1)).calls;
    expect(await of(25)).toEqual(['a static 1', 'a static 4']);
    expect(await of(0.01)).toEqual(['a static 1', 'a static 10']);
    expect(await of(400)).toEqual(['a static 1', 'a static 1']);
  });

  it('counts the first timing of what takes seconds', async () => {
    const { measurements, calls } = await run([new FakeSubject('a', { times: [4000, 3000] })], 2);
    expect(calls).toHaveLength(2);
    expect(measurements[0].msPerEvaluation).toBe(3500);
  });

  it('times what is slow once', async () => {
    const { measurements, calls } = await run(
      [new FakeSubject('a', { slow: true, times: [9] })],
      5,
    );
    expect(calls).toEqual(['a static 1']);
    expect(measurements[0].msPerEvaluation).toBe(9);
  });
});
