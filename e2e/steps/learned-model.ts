import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';

/** A tiny model of weights that know all there is to set; it draws latents. */
const folder = fileURLToPath(new URL('../../conformance/cases/flow-map/', import.meta.url));

/** Puts it in the place of the model that comes with the page. Call it before the page is opened. */
export async function withLearnedModel(page: Page): Promise<void> {
  for (const name of ['manifest.json', 'emoji-dit.safetensors']) {
    await page.route(`**/models/emoji/${name}`, (route) =>
      route.fulfill({ path: `${folder}${name}` }),
    );
  }
}

/** Gives it a gallery of one picture, drawn by weights of that hash, or by its own. */
export async function withGallery(page: Page, hash?: string): Promise<void> {
  const manifest: unknown = JSON.parse(await readFile(`${folder}manifest.json`, 'utf8'));
  const [own] = /"sha256":"(\w+)"/.exec(JSON.stringify(manifest))?.slice(1) ?? [];
  const settings =
    'class=class-2&mix=class-1:0.25&style=style-1&seed=99&sampler=flow-jumps&steps=3';
  const pictures = [{ file: 'one.png', title: 'class 2 75 % + class 1 25 %, style 1', settings }];
  await page.route('**/gallery/gallery.json', (route) =>
    route.fulfill({ json: { sha256: [hash ?? own], pictures } }),
  );
  await page.route('**/gallery/one.png', (route) =>
    route.fulfill({
      path: fileURLToPath(new URL('../pictures/pizza-twemoji-7.png', import.meta.url)),
    }),
  );
}
