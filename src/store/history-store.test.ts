import { beforeEach, expect, it, vi } from 'vitest';
import { browserHistory, noRoom } from './history-store';
import { setUp } from './testing/set-up';

const { set } = vi.hoisted(() => ({ set: vi.fn() }));
vi.mock('idb-keyval', async (original) => ({ ...(await original()), createStore: vi.fn(), set }));

beforeEach(() => set.mockReset());

async function someOutcome() {
  const { state } = setUp();
  await state().start();
  await state().generate();
  return state().outcomes[0];
}

it('a store that is full says so; one that is forbidden keeps nothing, and says nothing', async () => {
  const history = browserHistory();
  const outcome = await someOutcome();
  set.mockRejectedValueOnce(new DOMException('Full.', 'QuotaExceededError'));
  expect(await history.add(outcome)).toEqual(noRoom);
  set.mockRejectedValueOnce(new DOMException('Forbidden.', 'SecurityError'));
  expect(await history.add(outcome)).toBeUndefined();
  set.mockResolvedValueOnce(undefined);
  expect(await history.add(outcome)).toBeUndefined();
  expect(set).toHaveBeenCalledTimes(3);
});
