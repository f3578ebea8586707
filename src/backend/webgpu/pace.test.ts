import { describe, expect, test } from 'vitest';
import { Pace, submissionMs, type PaceParts } from './pace';

/** A queue whose commands take as long as their multiply-adds do at some GFLOP/s, on a clock of its own. */
class FakeCard {
  now = 0;
  /** Milliseconds of each submission. */
  readonly took: number[] = [];
  #busyUntil = 0;
  #work = 0;
  readonly #done: { readonly at: number; readonly resolve: () => void }[] = [];

  constructor(private readonly gflops: number) {}

  readonly queue: PaceParts['queue'] = {
    submit: () => {
      const ms = (2 * this.#work) / (this.gflops * 1e6);
      this.took.push(ms);
      this.#busyUntil = Math.max(this.#busyUntil, this.now) + ms;
    },
    onSubmittedWorkDone: () =>
      new Promise((resolve) => {
        this.#done.push({ at: this.#busyUntil, resolve: () => resolve(undefined) });
      }),
  };

  /** Submits like an executable does; `pace` decides how much at once. */
  submit(pace: Pace, multiplyAdds: number): void {
    this.#work = multiplyAdds;
    pace.submit(commands, multiplyAdds);
  }

  /** Time goes by until the next submission is done. */
  async advance(): Promise<void> {
    const next = this.#done.shift();
    if (!next) return;
    this.now = Math.max(this.now, next.at);
    next.resolve();
    await settled();
  }

  get busyMs(): number {
    return this.#busyUntil - this.now;
  }
}

const commands: GPUCommandBuffer = { __brand: 'GPUCommandBuffer', label: '' };

function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/** Pace and card; `measured` is what the page believes of the card. */
function onCard({
  gflops,
  measured = gflops,
  tickMs = 1,
}: {
  readonly gflops: number;
  readonly measured?: number;
  readonly tickMs?: number;
}) {
  const card = new FakeCard(gflops);
  const now = (): number => card.now;
  return { card, pace: new Pace({ queue: card.queue, gflops: measured, tickMs, now }) };
}

/**
 * Multiply-adds of the products of DiT-XL/2 with four guided pictures at 256 pixels, a block after
 * the other: 8 * 256 rows of qkv, attention, proj, fc1 and fc2.
 */
const xl2 = Array.from({ length: 28 }, () => {
  const rows = 8 * 256;
  const D = 1152;
  return [
    3 * rows * D * D,
    2 * 8 * 256 * 256 * D,
    rows * D * D,
    4 * rows * D * D,
    4 * rows * D * D,
  ];
}).flat();

/** Runs an evaluation as an executable does. */
async function evaluate({ card, pace }: ReturnType<typeof onCard>, works: readonly number[]) {
  let mostBusy = 0;
  for (const indices of pace.split(works)) {
    while (!pace.hasRoom) await card.advance();
    card.submit(
      pace,
      indices.reduce((sum, index) => sum + works[index], 0),
    );
    mostBusy = Math.max(mostBusy, card.busyMs);
  }
  return mostBusy;
}

describe('on a card of 0.5 TFLOP/s, XL/2 with four pictures', () => {
  test('no submission takes longer than it may, and what is cancelled is over within 100 ms', async () => {
    const both = onCard({ gflops: 500 });
    for (let i = 0; i < 3; i++) {
      expect(await evaluate(both, xl2)).toBeLessThanOrEqual(100);
    }
    expect(Math.max(...both.card.took)).toBeLessThanOrEqual(submissionMs);
    expect(both.card.took.length).toBeGreaterThan(3 * 80);
  });

  test('a throughput that was measured far too high is corrected by the first submission', async () => {
    const both = onCard({ gflops: 500, measured: 5000 });
    const first = await evaluate(both, xl2);
    expect(first).toBeLessThan(1000);
    const before = both.card.took.length;
    await evaluate(both, xl2);
    expect(Math.max(...both.card.took.slice(before))).toBeLessThanOrEqual(1.01 * submissionMs);
  });
});

describe('pace', () => {
  test('a fast card gets a small evaluation in one submission', () => {
    const { pace } = onCard({ gflops: 2000 });
    expect(pace.split(Array.from({ length: 60 }, () => 1e7)).length).toBe(1);
  });

  test('a piece of work that takes longer alone is alone', () => {
    const { pace } = onCard({ gflops: 2 });
    expect(pace.split([1e9, 1e9, 1e3, 1e3])).toEqual([[0], [1], [2, 3]]);
  });

  test('a clock of 100 ms teaches nothing by submissions that it can not see', async () => {
    const { card, pace } = onCard({ gflops: 1000, tickMs: 100 });
    const before = pace.estimateMs(1e9);
    card.submit(pace, 1e9);
    card.now += 100;
    await card.advance();
    expect(pace.estimateMs(1e9)).toBe(before);
  });

  test('a run that waits ends at once when it is cancelled', async () => {
    const { card, pace } = onCard({ gflops: 1 });
    card.submit(pace, 1e9);
    const abort = new AbortController();
    const waiting = pace.waitForRoom(abort.signal);
    abort.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
  });

  test('a device that is gone holds nobody up', async () => {
    const parts = { gflops: 1, tickMs: 1, now: () => 0 };
    const queue = {
      submit: () => undefined,
      onSubmittedWorkDone: () => Promise.reject(new Error('gone')),
    };
    const pace = new Pace({ ...parts, queue });
    pace.submit(commands, 1e12);
    await pace.waitForRoom();
    expect(pace.hasRoom).toBe(true);
  });
});
