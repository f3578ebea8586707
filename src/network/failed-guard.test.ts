import { openAsBlob } from 'node:fs';
import { expect, test } from 'vitest';
import type { Backend } from '../backend/backend';
import { createReferenceBackend, type ReferenceBackend } from '../backend/reference/backend';
import { openCheckpoint } from '../checkpoint/open';
import { DyditError } from '../errors';
import { emojiMini } from './testing/vae-fixtures';
import { Vae } from './vae/vae';

/** A backend that says only after the work, as graphics cards do, that there was no memory for it. */
function fullBackend(reference: ReferenceBackend, full: { during: string }): Backend {
  return {
    report: reference.report,
    lanes: reference.lanes,
    lost: reference.lost,
    async guard(what, work) {
      const result = await reference.guard(what, work);
      if (what === full.during) throw new DyditError('out-of-memory', 'There is no memory.');
      return result;
    },
    destroy: () => reference.destroy(),
  };
}

test('what a device refuses afterwards is freed, and the next try can be made', async () => {
  const file = new URL('fixtures/vae/emoji-mini.safetensors', import.meta.url);
  const { tensors } = await openCheckpoint(await openAsBlob(file), 'emoji-mini');
  const reference = createReferenceBackend();
  const full = { during: 'loading the picture decoder' };
  const backend = fullBackend(reference, full);
  const load = (): Promise<Vae> => Vae.load(backend, emojiMini, tensors);
  await expect(load()).rejects.toMatchObject({ code: 'out-of-memory' });
  expect(reference.liveCount).toBe(0);
  full.during = 'preparing the picture decoder';
  const vae = await load();
  const loaded = reference.liveCount;
  await expect(vae.prepare(1)).rejects.toMatchObject({ code: 'out-of-memory' });
  expect(reference.liveCount).toBe(loaded);
  full.during = '';
  await vae.prepare(1);
  expect(reference.liveCount).toBeGreaterThan(loaded);
});
