import { expect, type Locator, type Page } from '@playwright/test';

/** Settings as a link holds them. */
export type LinkSettings = Readonly<Record<string, string | number>>;

/** The least work that still makes a picture: no guidance, two steps. */
export const quickSettings = {
  class: 'pizza',
  style: 'twemoji',
  seed: 7,
  sampler: 'flow-euler',
  steps: 2,
  guidance: 1,
  images: 1,
  width: 'on',
  tokens: 'on',
} as const;

/** Opens the page by a link, without waiting for anything. */
export function visit(page: Page, settings: LinkSettings = quickSettings): Promise<void> {
  return visitAt(page, '/', settings);
}

/** @param address of the page, without settings */
export async function visitAt(page: Page, address: string, settings: LinkSettings): Promise<void> {
  const query = new URLSearchParams(
    Object.entries(settings).map(([key, value]) => [key, String(value)]),
  );
  await page.goto(`${address}?${query.toString()}`);
}

/** Opens the page by a link and waits until it can generate. */
export async function openPage(page: Page, settings?: LinkSettings): Promise<void> {
  await visit(page, settings);
  await waitUntilReady(page);
}

export async function waitUntilReady(page: Page): Promise<void> {
  await expect(generateButton(page)).toBeEnabled();
}

export function generateButton(page: Page): Locator {
  return page.getByRole('button', { name: 'Generate', exact: true });
}

export function cancelButton(page: Page): Locator {
  return page.getByRole('button', { name: 'Cancel', exact: true });
}

/** A number among the settings, such as 'Steps'. */
export function numberField(page: Page, name: string): Locator {
  return page.getByRole('textbox', { name, exact: true });
}

export async function setNumber(page: Page, name: string, value: number): Promise<void> {
  const field = numberField(page, name);
  await field.fill(String(value));
  await field.press('Enter');
  await expect(field).toHaveValue(String(value));
}

export async function setToggle(page: Page, name: string, isOn: boolean): Promise<void> {
  const toggle = page.getByRole('switch', { name });
  if ((await toggle.isChecked()) !== isOn) await page.getByText(name, { exact: true }).click();
  await expect(toggle).toBeChecked({ checked: isOn });
}

/** The address bar follows a setting after a moment. */
export async function expectInLink(page: Page, name: string, value: string): Promise<void> {
  await expect.poll(() => new URL(page.url()).searchParams.get(name)).toBe(value);
}

/** The card that says what went wrong, by the kind of error. */
export function problem(page: Page, code: string): Locator {
  return page.locator(`[role="alert"][data-error="${code}"]`);
}
