import type { Page } from '@playwright/test';

export interface FileToOpen {
  readonly name: string;
  readonly bytes: Buffer;
}

const mimeType = 'application/octet-stream';

/** Opens files by the button in the model's menu. */
export async function chooseFiles(page: Page, ...files: readonly FileToOpen[]): Promise<void> {
  await page.getByRole('button', { name: /^Model: / }).click();
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Choose files…' }).click();
  await (
    await chooser
  ).setFiles(files.map(({ name, bytes }) => ({ name, mimeType, buffer: bytes })));
}

/** Drops a file on the page. */
export async function dropFile(page: Page, { name, bytes }: FileToOpen): Promise<void> {
  const dataTransfer = await page.evaluateHandle(
    ([fileName, base64]) => {
      const data = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      const transfer = new DataTransfer();
      transfer.items.add(new File([data], fileName));
      return transfer;
    },
    [name, bytes.toString('base64')] as const,
  );
  await page.dispatchEvent('main', 'dragover', { dataTransfer });
  await page.dispatchEvent('main', 'drop', { dataTransfer });
}

/** Drops files and folders of this machine on the page, all at once, as a file manager does. */
export async function dropPaths(page: Page, ...paths: readonly string[]): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: [...paths], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await session.send('Input.dispatchDragEvent', { type, x: 300, y: 200, data });
  }
  await session.detach();
}
