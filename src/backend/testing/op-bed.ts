import { expect } from 'vitest';
import { DyditError } from '../../errors';
import type { Activation } from '../../ops/op';
import type { Backend, Lane } from '../backend';
import { createReferenceBackend } from '../reference/backend';
import { expectClose, type Tolerance } from './expect-close';
import {
  externalNamed,
  resultOf,
  runCase,
  writtenNames,
  type CaseResult,
  type OpCase,
} from './run-case';

/** What a backend's suite is told. */
export interface SuiteOptions {
  /** For values of about 1; tests with larger ones scale it. */
  readonly tolerance: Tolerance;
  /** Things that the backend has made and not destroyed; must not grow by a test. */
  readonly liveCount?: () => number;
  /**
   * True where it is ways to walk a product that are tested: what becomes of its values is the same
   * text for all of them, and would be another kernel to compile for each activation.
   */
  readonly oneActivation?: boolean;
  /** True where the backend is used by others after the suite. */
  readonly shared?: boolean;
}

/** A backend under test beside the reference. */
export class OpBed {
  readonly #reference = createReferenceBackend();
  #backend: Backend | undefined;
  #baseline = 0;

  constructor(
    private readonly makeBackend: () => Promise<Backend>,
    private readonly options: SuiteOptions,
  ) {}

  async open(): Promise<void> {
    this.#backend = await this.makeBackend();
    this.#baseline = this.options.liveCount?.() ?? 0;
  }

  close(): void {
    if (!this.options.shared) this.#backend?.destroy();
  }

  /** Whether activations are to be tested, one by one. */
  get testsActivations(): boolean {
    return !this.options.oneActivation;
  }

  /** For products of which it does not matter what becomes of their values. */
  activation(name: Activation): Activation {
    return this.testsActivations ? name : 'none';
  }

  get backend(): Backend {
    if (this.#backend) return this.#backend;
    throw new DyditError('internal', 'The backend under test is not open.');
  }

  get lane(): Lane {
    return this.backend.lanes[0];
  }

  /** Every test gives back what it took. */
  expectNothingLeft(): void {
    if (!this.options.liveCount) return;
    expect(this.options.liveCount(), 'things that were not destroyed').toBe(this.#baseline);
  }

  /** The tolerance of the suite for values about `scale` times as large. */
  tolerance(scale = 1): Tolerance {
    const { abs, rel } = this.options.tolerance;
    return { abs: abs * scale, rel };
  }

  /** Runs a case on the backend under test. */
  run(test: OpCase, lane: Lane = this.lane): Promise<CaseResult> {
    return this.backend.guard('a test', () => runCase(lane, test));
  }

  /** Runs a case on the reference. */
  reference(test: OpCase): Promise<CaseResult> {
    return runCase(this.#reference.lanes[0], test);
  }

  /** Compares all that a case writes with the reference: numbers within tolerance, words exactly. */
  async check(test: OpCase, scale = 1): Promise<void> {
    const expected = await this.reference(test);
    const actual = await this.run(test);
    for (const name of writtenNames(test.program)) {
      const { rows, type } = externalNamed(test.program, name);
      const [a, e] = [resultOf(actual, name), resultOf(expected, name)];
      expect(e.every(Number.isFinite), `${name} of the reference is finite`).toBe(true);
      if (type === 'f32') expectClose(a, e, this.tolerance(scale), [rows, e.length / rows]);
      else expect([...a], name).toEqual([...e]);
    }
  }

  /** Compares one output with numbers worked out by hand. */
  async expectValues(test: OpCase, name: string, expected: readonly number[]): Promise<void> {
    expectClose(resultOf(await this.run(test), name), expected, this.tolerance());
  }

  /** The words of one output, exactly. */
  async expectWords(test: OpCase, name: string, expected: readonly number[]): Promise<void> {
    expect([...resultOf(await this.run(test), name)], name).toEqual(expected);
  }
}
