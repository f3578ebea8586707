import { describe, expect, it } from 'vitest';
import { DyditError } from '../../errors';
import type { ModelLibrary } from '../../engine/models/library';
import type { StoredModel } from '../../engine/models/stored-models';
import { setUp } from '../testing/set-up';
import { fakeInspected, fakeLibrary, modelInspection } from '../testing/fake-library';

const broken = () => new DyditError('checkpoint-broken', 'A byte is wrong.', 'Fetch it again.');

/** What the page advises. */
function advised({ notice, engine }: ReturnType<ReturnType<typeof setUp>['state']>): string {
  if (notice?.kind === 'error') return notice.error.advice;
  return 'error' in engine ? engine.error.advice : '';
}

describe('what to do about a damaged file', () => {
  it('that was dropped: drop it again, whether it fails to be read or to be loaded', async () => {
    const inspecting = setUp({ library: fakeLibrary({ inspect: () => Promise.reject(broken()) }) });
    await inspecting.state().start();
    await inspecting.state().openFiles([new File([], 'mine.pt')]);
    expect(advised(inspecting.state())).toMatch(/^Drop it again/);

    const loadErrors: DyditError[] = [];
    const loading = setUp({ loadErrors });
    await loading.state().start();
    loadErrors.push(broken());
    await loading.state().openFiles([new File([], 'mine.pt')]);
    expect(advised(loading.state())).toMatch(/^Drop it again/);
  });

  it('that was refused beside others: the same, under its name', async () => {
    const refused = [{ index: 0, name: 'mine.pt', error: broken().toReport() }];
    const { state } = setUp({
      library: fakeLibrary({
        inspect: () => ({ ...modelInspection(fakeInspected('a')), model: undefined, refused }),
      }),
    });
    await state().start();
    await state().openFiles([new File([], 'mine.pt')]);
    expect(state().notice).toMatchObject({ error: { message: 'mine.pt: A byte is wrong.' } });
    expect(advised(state())).toMatch(/^Drop it again/);
  });

  it('of several that were refused none is left unnamed', async () => {
    const names = ['mine.pt', 'yours.pt', 'empty.pt'];
    const refused = names.map((name, index) => ({ index, name, error: broken().toReport() }));
    const { state } = setUp({
      library: fakeLibrary({
        inspect: () => ({ ...modelInspection(fakeInspected('a')), model: undefined, refused }),
      }),
    });
    await state().start();
    await state().openFiles(names.map((name) => new File([], name)));
    const message = 'mine.pt: A byte is wrong. Nor can these be used: yours.pt, empty.pt.';
    expect(state().notice).toMatchObject({ error: { message } });
  });

  it('that was fetched: fetch it again', async () => {
    const fetching = setUp({
      library: { ...fakeLibrary(), fetch: () => Promise.reject(broken()) },
    });
    await fetching.state().start();
    await fetching.state().openAddress('https://example.org/mine.pt');
    expect(advised(fetching.state())).toMatch(/^Fetch it again/);

    const loadErrors: DyditError[] = [];
    const loading = setUp({
      loadErrors,
      library: { ...fakeLibrary(), fetch: () => Promise.resolve([new File([], 'mine.pt')]) },
    });
    await loading.state().start();
    loadErrors.push(broken());
    await loading.state().openAddress('https://example.org/mine.pt');
    expect(advised(loading.state())).toMatch(/^Fetch it again/);
  });

  it('that the browser keeps: delete it and keep it again', async () => {
    const loadErrors: DyditError[] = [];
    const { state } = setUp({ loadErrors, library: withOneKept() });
    await state().start();
    await state().refreshShelf();
    loadErrors.push(broken());
    await state().openStored('kept-1');
    expect(advised(state())).toMatch(/^Delete it .* keep it again/);
  });

  it('of the page itself: nothing that a visitor would have to fetch or drop', async () => {
    const { state } = setUp({ loadErrors: [broken()] });
    await state().start();
    expect(state().engine).toMatchObject({ status: 'failed', while: 'loading' });
    expect(advised(state())).toBe(
      'Try again. If that does not help, this page was not published whole.',
    );
  });
});

it('what its reader advises stays where the origin makes no difference', async () => {
  const loadErrors: DyditError[] = [];
  const { state } = setUp({ loadErrors });
  await state().start();
  loadErrors.push(new DyditError('checkpoint-unsupported', 'No.', 'Save the weights alone.'));
  await state().openFiles([new File([], 'mine.pt')]);
  expect(advised(state())).toBe('Save the weights alone.');
});

function withOneKept(): ModelLibrary {
  const models: readonly StoredModel[] = [
    {
      ...{ id: 'kept-1', name: 'mine', bytes: 1, dtype: 'f32', identity: 'aaaaaaaaaaaaaaaa' },
      ...{ from: ['mine.pt'], originIdentity: 'bbbbbbbbbbbbbbbb', keptAt: 0 },
    },
  ];
  const overview = { models, unfinished: [], isPersistent: true };
  return { ...fakeLibrary(), overview: () => Promise.resolve(overview) };
}
