import { describe, expect, test } from 'vitest';
import { CommandOrder } from './command-order';

describe('CommandOrder', () => {
  test('does everything at once while nothing waits', async () => {
    const order = new CommandOrder();
    const seen: string[] = [];
    const run = order.run(() => seen.push('run'));
    order.do(() => seen.push('write'));
    expect(seen).toEqual(['run', 'write']);
    await run;
  });

  test('what is asked for after a run that waits comes after it', async () => {
    const order = new CommandOrder();
    const seen: string[] = [];
    let goOn = (): void => undefined;
    const waiting = new Promise<void>((resolve) => (goOn = resolve));
    const first = order.run(() => waiting.then(() => seen.push('first')));
    order.do(() => seen.push('write'));
    const second = order.run(() => seen.push('second'));
    expect(order.waits).toBe(true);
    expect(seen).toEqual([]);
    goOn();
    await Promise.all([first, second]);
    expect(seen).toEqual(['first', 'write', 'second']);
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect(order.waits).toBe(false);
  });

  test('what fails while it waits is told by the next run, and only by that', async () => {
    const order = new CommandOrder();
    let goOn = (): void => undefined;
    const first = order.run(() => new Promise<void>((resolve) => (goOn = resolve)));
    order.do(() => {
      throw new Error('no room to write');
    });
    const seen: string[] = [];
    const second = order.run(() => seen.push('second'));
    const third = order.run(() => seen.push('third'));
    goOn();
    await first;
    await expect(second).rejects.toThrow('no room to write');
    await third;
    expect(seen).toEqual(['third']);
  });

  test('a run that fails fails alone', async () => {
    const order = new CommandOrder();
    const failing = order.run(() => Promise.reject(new Error('no')));
    const next = order.run(() => 7);
    await expect(failing).rejects.toThrow('no');
    await expect(next).resolves.toBe(7);
    await expect(
      order.run(() => {
        throw new Error('at once');
      }),
    ).rejects.toThrow('at once');
  });
});
