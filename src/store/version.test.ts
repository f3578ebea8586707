import { expect, it } from 'vitest';
import { setUp } from './testing/set-up';

it('a newer version of the page is offered, and taken when asked for', async () => {
  let arrive: () => void = () => undefined;
  let otherWindows = true;
  const { state } = setUp({
    pageKeeper: {
      keep: (onNewer) => Promise.resolve(void (arrive = onNewer)),
      takeNewer: () => Promise.resolve(!otherWindows),
    },
  });
  await state().keepPage();
  expect(state().newerVersion).toBe('none');
  arrive();
  expect(state().newerVersion).toBe('waits');
  await state().takeNewerVersion();
  expect(state().newerVersion).toBe('held-up');
  otherWindows = false;
  arrive();
  await state().takeNewerVersion();
  expect(state().newerVersion).toBe('waits');
});
