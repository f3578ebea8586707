import { describe, expect, it } from 'vitest';
import { fakeLibrary } from '../testing/fake-library';
import { gate, setUp } from '../testing/set-up';

describe('a run that is asked for while a model is on its way', () => {
  /** A page that is asked to generate while it looks at files, and holds for what comes first. */
  async function generateMeanwhile() {
    const look = gate();
    const step = gate();
    let holds: Promise<void> = Promise.resolve();
    const library = fakeLibrary();
    const page = setUp({
      wait: () => holds,
      library: {
        ...library,
        inspect: (...args) => look.opened.then(() => library.inspect(...args)),
      },
    });
    const { state } = page;
    await state().start();
    const opening = state().openFiles([new File(['mine.pt'], 'mine.pt')]);
    holds = step.opened;
    const running = state().generate();
    expect(state().run).not.toBeNull();
    look.open();
    await expect.poll(() => state().opening?.status).toBe('queued');
    return { ...page, opening, running, step };
  }

  it('is done first', async () => {
    const { state, opening, running, step } = await generateMeanwhile();
    expect(state()).toMatchObject({ opening: { name: 'mine.pt', behind: 'run' } });
    step.open();
    await Promise.all([opening, running]);
    expect(state().outcomes).toHaveLength(1);
    expect(state()).toMatchObject({ run: null, opening: null, model: { name: 'mine.pt' } });
  });

  it('may be cancelled for it', async () => {
    const { state, opening, running, step } = await generateMeanwhile();
    state().cancel();
    step.open();
    await Promise.all([opening, running]);
    expect(state()).toMatchObject({ outcomes: [], opening: null, model: { name: 'mine.pt' } });
  });

  it('leaves the model alone where the files are let go of meanwhile', async () => {
    const { state, opening, running, step } = await generateMeanwhile();
    state().dropOpening();
    step.open();
    await Promise.all([opening, running]);
    expect(state()).toMatchObject({ opening: null, source: { kind: 'manifest' } });
    expect(state().outcomes).toHaveLength(1);
  });

  it('hands a device that is lost on to the next start, which loads it', async () => {
    const { state, engines, opening, running, step } = await generateMeanwhile();
    engines[0].loseDevice();
    step.open();
    await Promise.all([opening, running]);
    expect(state()).toMatchObject({ engine: { status: 'lost' }, opening: { behind: 'engine' } });
    await state().start();
    expect(state()).toMatchObject({ opening: null, model: { name: 'mine.pt' } });
  });
});
