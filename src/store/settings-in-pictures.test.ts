import { BlobReader, Uint8ArrayWriter, ZipReader } from '@zip.js/zip.js';
import { expect, it } from 'vitest';
import { zipOfPictures } from './history-zip';
import { readPictureFile } from './picture-file';
import { setUp } from './testing/set-up';

it('are in every picture, unless the visitor leaves them out, which is remembered', async () => {
  const { state, preferences } = setUp();
  await state().start();
  await state().generate();
  const kinds = async () => {
    const zip = await zipOfPictures(state().outcomes, state().settingsInPictures);
    const entries = await new ZipReader(new BlobReader(zip)).getEntries();
    const found = entries.map(async (entry) => {
      if (entry.directory) return 'directory';
      const bytes = await entry.getData(new Uint8ArrayWriter());
      return (await readPictureFile(new Blob([bytes]))).kind;
    });
    return Promise.all(found);
  };
  expect(new Set(await kinds())).toEqual(new Set(['settings']));
  state().setSettingsInPictures(false);
  expect(new Set(await kinds())).toEqual(new Set(['none']));
  expect(preferences().settingsInPictures).toBe(false);
});
