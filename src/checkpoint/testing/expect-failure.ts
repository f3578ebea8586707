import { expect } from 'vitest';
import { DyditError, type ErrorCode } from '../../errors';

/** Expects a typed error of this code, whose message fits, and which says what to do. */
export async function expectFailure(
  action: () => unknown,
  code: ErrorCode,
  message: RegExp,
): Promise<void> {
  const thrown = await failureOf(action);
  expect(thrown).toBeInstanceOf(DyditError);
  if (!(thrown instanceof DyditError)) return;
  expect(`${thrown.code}: ${thrown.message}`).toMatch(message);
  expect(thrown.code).toBe(code);
  expect(thrown.advice).not.toBe('');
}

async function failureOf(action: () => unknown): Promise<unknown> {
  try {
    await action();
  } catch (thrown) {
    return thrown;
  }
  throw new Error('it succeeded; an error was expected');
}
