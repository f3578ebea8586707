import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright';

/** What goes wrong with the next files of the model that are fetched. */
export interface NetworkFaults {
  /** So many do not arrive. */
  lost: number;
  /** So many arrive with a wrong byte. */
  wrong: number;
}

function readCase(path: string): Promise<Buffer> {
  return readFile(fileURLToPath(new URL(`../../../conformance/cases/${path}`, import.meta.url)));
}

/** Files that a visitor may drop: two models, one of which asks a question, and two that are none. */
const dropped: Readonly<Record<string, () => Promise<Buffer>>> = {
  'tiny.pt': () => readCase('tiny/model.pt'),
  'static.pt': () => readCase('static/model.pt'),
  'notes.txt': () => Promise.resolve(Buffer.from('These are no weights.')),
  'cut-short.pt': async () => (await readCase('tiny/model.pt')).subarray(0, 100_000),
};

export const droppedNames = Object.keys(dropped);

/**
 * Puts a tiny model, which knows all there is to set and whose runs are over in a blink on any
 * machine, in the place of the one that comes with the page; over a network that fails at will.
 */
export async function serveTinyModel(
  page: Page,
  faults: NetworkFaults = { lost: 0, wrong: 0 },
): Promise<void> {
  await page.route('**/models/emoji/*', async (route) => {
    const name = new URL(route.request().url()).pathname.split('/').at(-1) ?? '';
    if (faults.lost > 0) {
      faults.lost--;
      await route.abort('connectionreset');
      return;
    }
    const body = await readCase(`flow-map/${name}`);
    if (faults.wrong > 0) {
      faults.wrong--;
      body[body.length >> 1] ^= 1;
    }
    await route.fulfill({ body });
  });
  await page.route('**/dropped/*', async (route) => {
    const name = new URL(route.request().url()).pathname.split('/').at(-1) ?? '';
    await route.fulfill({ body: await dropped[name]() });
  });
}

/** Drops a file on the page. */
export async function dropFile(page: Page, name: string): Promise<void> {
  await page.evaluate(async (fileName) => {
    const answer = await fetch(`/dropped/${fileName}`);
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([await answer.blob()], fileName));
    for (const type of ['dragover', 'drop']) {
      const options = { bubbles: true, cancelable: true, dataTransfer };
      document.querySelector('main')?.dispatchEvent(new DragEvent(type, options));
    }
  }, name);
}
