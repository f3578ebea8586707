import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { filesOfManifest, parseManifest } from '../../src/engine/manifest';
import { readPng } from '../../src/engine/testing/read-png';
import { readPictureFile } from '../../src/store/picture-file';
import { makeGallery } from './gallery';
import { wishes } from './wishes';

const embedded = fileURLToPath(new URL('../../public/models/emoji/', import.meta.url));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gallery-'));
  for (const name of await readdir(embedded)) {
    if (name !== 'gallery') await symlink(join(embedded, name), join(folder, name));
  }
});
afterAll(() => rm(folder, { recursive: true }));

describe('making a gallery', () => {
  it('draws each wish, and says how and by which weights, in place of what was there', async () => {
    const path = join(folder, 'manifest.json');
    const quick = 'sampler=flow-euler&steps=1&guidance=1';
    await makeGallery(path, [`class=fox&style=twemoji&seed=3&${quick}`]);
    await writeFile(join(folder, 'gallery', 'old.png'), '');
    await makeGallery(path, [`class=fox&mix=rocket:0.25&style=twemoji&seed=7&${quick}`]);
    const file = 'fox-75-rocket-25-Twemoji-7.png';
    expect((await readdir(join(folder, 'gallery'))).toSorted()).toEqual([file, 'gallery.json']);
    const index: unknown = JSON.parse(
      await readFile(join(folder, 'gallery', 'gallery.json'), 'utf8'),
    );
    const manifest = parseManifest(JSON.parse(await readFile(path, 'utf8')));
    expect(index).toMatchObject({
      sha256: filesOfManifest(manifest).map(({ sha256 }) => sha256),
      pictures: [{ file, title: 'fox 75\u00a0% + rocket 25\u00a0%, Twemoji' }],
    });
    const png = await readFile(join(folder, 'gallery', file));
    expect(readPng(png)).toMatchObject({ width: 128, height: 128 });
    const found = await readPictureFile(new Blob([new Uint8Array(png)]));
    expect(found).toMatchObject({ kind: 'settings', read: { shared: { seed: 7, images: 1 } } });
    expect(JSON.stringify(index)).not.toContain('images=');
  });

  it('refuses what the model lacks, and leaves the old one', async () => {
    const path = join(folder, 'manifest.json');
    await expect(makeGallery(path, ['class=foxs'])).rejects.toThrow('no class foxs');
    expect(await readdir(join(folder, 'gallery'))).toHaveLength(2);
  });

  it('has a dozen wishes', () => {
    expect(new Set(wishes).size).toBe(12);
  });
});
