import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  bf16File,
  caseWeights,
  cutToBf16,
  safetensorsFile,
} from '../src/engine/models/testing/field';
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures';
import { announced } from './steps/announcements';
import { dropFile, dropPaths, type FileToOpen } from './steps/files';
import { openPage, problem, setNumber, waitUntilReady } from './steps/page';
import { expectSamePicture, readPicture } from './steps/pixels';
import { generate } from './steps/run';

const field = new URL('../src/checkpoint/fixtures/field/', import.meta.url);
const tiny = fileURLToPath(new URL('../conformance/cases/tiny/model.pt', import.meta.url));
const picture = fileURLToPath(new URL('./pictures/pizza-twemoji-7.png', import.meta.url));

async function toOpen(file: File): Promise<FileToOpen> {
  return { name: file.name, bytes: Buffer.from(await file.arrayBuffer()) };
}

/** Drops files that make a model at once, of a name that the model in use may have as well. */
async function dropAndLoad(page: Page, ...paths: readonly string[]): Promise<void> {
  const before = (await announced(page)).length;
  await dropPaths(page, ...paths);
  await expect
    .poll(async () => (await announced(page)).slice(before))
    .toContain('Loading the model.');
  await waitUntilReady(page);
}

test('bf16 is said to be widened, may be kept smaller, and draws what its numbers are', async ({
  page,
}) => {
  const weights = cutToBf16(await caseWeights('tiny'));
  /** A visit draws with the seed of its link. */
  const draw = async () => {
    await setNumber(page, 'Steps', 2);
    await generate(page);
    return readPicture(page);
  };
  await openPage(page);
  await dropFile(page, await toOpen(safetensorsFile('plain', weights)));
  await expect(page.getByRole('button', { name: 'Model: plain' })).toBeVisible();
  const expected = await draw();

  await openPage(page);
  await dropFile(page, await toOpen(bf16File('mine', weights)));
  const form = page.getByTestId('questions');
  await expect(form).toContainText('weights in bf16, without a VAE.');
  await expect(form).toContainText('bf16 is computed with as f32, or as what it is kept as.');
  // That is all there is to ask: what a DyDiT of the official names predicts is known.
  await expect(form).not.toContainText('The file does not say all of it');
  for (const type of ['For this visit (recommended)', /^f32, /, /^f16, /, /^int8, /]) {
    await expect(form.getByText(type)).toBeVisible();
  }
  await form.getByRole('button', { name: 'Open', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Model: mine' })).toBeVisible();
  expectSamePicture(await draw(), expected);

  await openPage(page);
  // All of bf16 fits f32: kept so, nothing changes. Other bytes are asked about again.
  const turned = new Map([...weights].toReversed());
  await dropFile(page, await toOpen(bf16File('kept', turned)));
  await form.getByText(/^f32, /).click();
  await form.getByRole('button', { name: 'Open', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Model: kept' })).toBeVisible();
  expectSamePicture(await draw(), expected);
});

test('weights that are no numbers are named before anything is drawn, kept or not', async ({
  page,
}) => {
  await openPage(page);
  const bytes = await readFile(new URL('not-finite.pt', field));
  await dropFile(page, { name: 'mine.pt', bytes });
  const form = page.getByTestId('questions');
  const card = problem(page, 'weights-not-finite');
  for (const keep of [/^f16, /, 'For this visit (recommended)']) {
    await form.getByText(keep).click();
    await form.getByRole('button', { name: 'Open', exact: true }).click();
    await expect(card).toContainText('blocks.0.attn_rate.router.weight has 1 value that is not a');
    await expect(card).toContainText('1 value that is infinite; the first is element 1.');
    await expect(card).toContainText('Use an earlier one.');
    await expect(card).not.toContainText('damaged');
    await card.getByRole('button', { name: 'Dismiss' }).click();
  }
  // Nothing of it was kept, and the model in use draws on.
  await page.getByRole('button', { name: /^Model: emoji/ }).click();
  await expect(page.getByRole('dialog').getByRole('listitem')).toHaveCount(0);
  await page.keyboard.press('Escape');
  await generate(page);
});

test('a part that the engine lacks is named, and the model in use stays', async ({ page }) => {
  await openPage(page);
  await dropFile(page, {
    name: 'mine.pt',
    bytes: await readFile(new URL('extra-tensor.pt', field)),
  });
  const card = problem(page, 'checkpoint-unsupported');
  await expect(card).toContainText(
    'mine.pt: This is a DyDiT of 1 layer with parts that the engine',
  );
  await expect(card).toContainText('"blocks.0.attn.q_norm.weight"');
  await expect(card).toContainText('Use a model of the official DiT or DyDiT code');
  await expect(card).not.toContainText('damaged');
  await expect(page.getByRole('button', { name: /^Model: emoji/ })).toBeVisible();
});

test.describe('dropped together', () => {
  let folder: string;
  test.beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dropped-'));
    await mkdir(join(folder, 'a'));
    await mkdir(join(folder, 'b'));
    await copyFile(tiny, join(folder, 'a', 'model.pt'));
    const weights = new Map(await caseWeights('tiny'));
    const table = weights.get('y_embedder.embedding_table.weight');
    if (!table) throw new Error('There is no table of classes.');
    const width = table.shape[1];
    weights.set('y_embedder.embedding_table.weight', {
      shape: [4, width],
      values: table.values.slice(0, 4 * width),
    });
    const few = await safetensorsFile('few', weights).arrayBuffer();
    await writeFile(join(folder, 'b', 'model.pt'), new Uint8Array(few));
  });
  test.afterEach(() => rm(folder, { recursive: true }));

  test('of two models of one name the last is taken, and that is said', async ({ page }) => {
    await openPage(page);
    await dropPaths(page, join(folder, 'a', 'model.pt'), join(folder, 'b', 'model.pt'));
    const form = page.getByTestId('questions');
    // Three classes and a row for none, or four: of the other one nothing is asked.
    await expect(form).toContainText('Yes: 3 classes, and a row for none');
    // Chromium tells files of one name apart by a number.
    const said =
      /^Of two models called "model\.pt" the one that came last is taken|^The model in "model\.pt" is left out for the one in "model \(1\)\.pt"/;
    await expect(page.getByText(said)).toBeVisible();
    await form.getByRole('button', { name: 'Open', exact: true }).click();
    await expect(page.getByRole('button', { name: /^Model: model/ })).toBeVisible();

    // Dropped alone the other one opens, with settings that fit it.
    await dropAndLoad(page, join(folder, 'a', 'model.pt'));
    await expect(page.getByRole('button', { name: 'Model: model.pt' })).toBeVisible();
    await expect(page.getByText(said)).toBeHidden();
    await expect(form).toBeHidden();
    // Twice the same file is one model.
    await dropAndLoad(page, join(folder, 'a', 'model.pt'), join(folder, 'a', 'model.pt'));
    await expect(page.getByRole('button', { name: /^Model: model/ })).toBeVisible();
    await expect(form).toBeHidden();
    await expect(page.getByText(said)).toBeHidden();
    await setNumber(page, 'Steps', 1);
    await generate(page);
  });

  test('a folder is its files, and a picture among them is said to be one', async ({ page }) => {
    await copyFile(picture, join(folder, 'a', 'sample.png'));
    await openPage(page);
    await dropPaths(page, join(folder, 'a'));
    await expect(page.getByRole('button', { name: 'Model: model.pt' })).toBeVisible();
    await expect(page.getByText('"sample.png" is a picture: drop it alone')).toBeVisible();
    await dropPaths(page, picture);
    await expect(page.getByText('pizza-twemoji-7.png has no settings inside.')).toBeVisible();
  });
});
