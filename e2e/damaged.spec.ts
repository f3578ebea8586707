import {
  startServer,
  well,
  type MisbehavingServer,
} from '../src/engine/testing/misbehaving-server';
import { caseFile } from '../src/engine/models/testing/field';
import { publishedModel, type PublishedFile } from '../src/engine/models/testing/published';
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures';
import { dropFile } from './steps/files';
import { openPage, problem, setNumber } from './steps/page';
import { generate } from './steps/run';

/* One byte is not what it was: it is noticed wherever it lies, said, never drawn with, and the next try is right. */

let server: MisbehavingServer;
let files: readonly PublishedFile[];
test.beforeEach(async () => {
  server = await startServer();
  files = await publishedModel(await caseFile('tiny', 'tiny.pt'));
});
test.afterEach(() => server.close());

/** Serves the model's folder, some of its files otherwise. @returns the manifest's address */
function serve(changed: Readonly<Record<string, Uint8Array>> = {}): string {
  for (const { name, bytes } of files) {
    server.file(`m/${name}`, well({ bytes: changed[name] ?? bytes }));
  }
  return server.file('m/manifest.json', well({ bytes: changed['manifest.json'] ?? manifest() }));
}

function manifest(): Uint8Array {
  const found = files.find(({ name }) => name === 'manifest.json');
  if (!found) throw new Error('There is no manifest.');
  return found.bytes;
}

function shard(): PublishedFile {
  const found = files.findLast(({ name }) => name.endsWith('.safetensors'));
  if (!found) throw new Error('There is no shard.');
  return found;
}

function flipped(bytes: Uint8Array, at: number, bit = 1): Uint8Array {
  const changed = bytes.slice();
  changed[at] ^= bit;
  return changed;
}

async function fetchModel(page: Page, url: string): Promise<void> {
  await page.getByRole('button', { name: /^Model: / }).click();
  await page.getByRole('textbox', { name: /^Or its address/ }).fill(url);
  await page.getByRole('button', { name: 'Fetch', exact: true }).click();
}

async function expectOpened(page: Page, name: string): Promise<void> {
  await expect(page.getByRole('button', { name: `Model: ${name}` })).toBeVisible();
  await expect(page.getByRole('alert')).toHaveCount(0);
  await setNumber(page, 'Steps', 1);
  await generate(page);
}

const changes: Readonly<Record<string, () => readonly [string, Uint8Array, RegExp]>> = {
  'of a shard': () => {
    const { name, bytes } = shard();
    const told = /is not what its model was published with: at least one of its bytes is wrong/;
    return [name, flipped(bytes, bytes.length - 5), told];
  },
  "of a shard's hash in the manifest": () => {
    const text = Buffer.from(manifest());
    // '7' and '6', 'a' and 'b': another digit of the same kind.
    const at = text.toString('latin1').search(/[0-9a-f]{64}/);
    const digit = String.fromCharCode(text[at]);
    const bit = digit === '9' || digit === 'f' ? 4 : 1;
    return ['manifest.json', flipped(text, at, bit), /manifest is damaged/];
  },
  'of a number in the manifest that is as valid': () => {
    const text = Buffer.from(manifest());
    const at = text.indexOf('"cfg_scale": ') + '"cfg_scale": '.length;
    return ['manifest.json', flipped(text, at), /manifest is damaged/];
  },
  'of what holds the manifest together': () => {
    const text = Buffer.from(manifest());
    return [
      'manifest.json',
      flipped(text, text.length - 1, 2),
      /manifest\.json" is not valid JSON/,
    ];
  },
};

for (const [where, change] of Object.entries(changes)) {
  test(`a wrong byte ${where} is told, nothing of it is used, and the next try is right`, async ({
    page,
  }) => {
    await openPage(page);
    const [name, bytes, told] = change();
    await fetchModel(page, serve({ [name]: bytes }));
    const card = problem(page, 'checkpoint-broken');
    await expect(card).toContainText(told);
    await expect(card).toContainText('Fetch it again');
    await expect(page.getByRole('button', { name: /^Model: emoji/ })).toBeVisible();
    await fetchModel(page, serve());
    await expectOpened(page, 'tiny.pt');
  });
}

test('a wrong name in a manifest without a hash is told, and the next try is right', async ({
  page,
}) => {
  await openPage(page);
  const whole = Buffer.from(manifest()).toString();
  const text = Buffer.from(whole.replace(/"sha256": "\w+"\n\}$/, '"was": ""}'));
  const at = text.indexOf(shard().name);
  await fetchModel(page, serve({ 'manifest.json': flipped(text, at) }));
  await expect(problem(page, 'network-failed')).toContainText('the server answered 404');
  await fetchModel(page, serve());
  await expectOpened(page, 'tiny.pt');
});

test('a wrong byte that came only once is fetched again by itself', async ({ page }) => {
  await openPage(page);
  const { name, bytes } = shard();
  const url = serve();
  server.file(`m/${name}`, well({ bytes: flipped(bytes, bytes.length - 5) }), well({ bytes }));
  await fetchModel(page, url);
  await expectOpened(page, 'tiny.pt');
  expect(server.asked(`m/${name}`)).toHaveLength(2);
});

test('a wrong byte that only a checksum shows is damage, though nothing is kept', async ({
  page,
}) => {
  const whole = new Uint8Array(await (await caseFile('tiny', 'tiny.pt')).arrayBuffer());
  const wrong = flipped(whole, Math.floor(whole.length / 2));
  await openPage(page);
  await dropFile(page, { name: 'tiny.pt', bytes: Buffer.from(wrong) });
  const card = problem(page, 'checkpoint-broken');
  await expect(card).toContainText('damaged');
  await expect(card).toContainText('does not match its checksum');
  await expect(card).toContainText('Drop it again');
  await expect(page.getByRole('button', { name: /^Model: emoji/ })).toBeVisible();

  await fetchModel(page, server.file('tiny.pt', well({ bytes: wrong })));
  await expect(card).toContainText('Fetch it again');
  await fetchModel(page, server.file('tiny.pt', well({ bytes: whole })));
  await expectOpened(page, 'tiny.pt');
});
