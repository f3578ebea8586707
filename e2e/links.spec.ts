import { expect, test } from './fixtures';
import {
  expectInLink,
  numberField,
  openPage,
  quickSettings,
  setNumber,
  setToggle,
} from './steps/page';

test('a link brings all settings back, also after a change and a reload', async ({ page }) => {
  const linked = {
    class: 'rocket',
    style: 'fluent-flat',
    seed: 4_294_967_295,
    sampler: 'flow-heun',
    steps: 13,
    guidance: 3.7,
    images: 5,
    width: 'off',
    tokens: 'on',
  };
  await openPage(page, linked);
  await expect(page.getByRole('button', { name: 'Class: rocket' })).toBeVisible();
  await expect(page.getByRole('radio', { name: 'Fluent flat' })).toBeChecked();
  await expect(numberField(page, 'Seed')).toHaveValue('4294967295');
  await expect(page.getByRole('button', { name: /^Heun/ })).toBeVisible();
  await expect(numberField(page, 'Steps')).toHaveValue('13');
  await expect(numberField(page, 'Guidance')).toHaveValue('3.7');
  await expect(numberField(page, 'Pictures')).toHaveValue('5');
  await expect(page.getByRole('switch', { name: 'Dynamic width' })).not.toBeChecked();
  await expect(page.getByRole('switch', { name: 'Dynamic tokens' })).toBeChecked();

  await setNumber(page, 'Steps', 9);
  await setToggle(page, 'Dynamic width', true);
  await expectInLink(page, 'steps', '9');
  await expectInLink(page, 'width', 'on');
  await expectInLink(page, 'class', 'rocket');
  await page.reload();
  await expect(numberField(page, 'Steps')).toHaveValue('9');
  await expect(page.getByRole('switch', { name: 'Dynamic width' })).toBeChecked();
  await expect(page.getByRole('button', { name: 'Class: rocket' })).toBeVisible();
});

const hostileSettings = {
  class: '<img src=x onerror=alert(1)>',
  style: '__proto__',
  seed: '1e999',
  sampler: 'constructor',
  steps: -5,
  guidance: 'NaN',
  images: 99_999,
  width: 'maybe',
  tokens: '',
  __proto__x: 'y',
};

test('a link full of nonsense leaves valid settings', async ({ page }) => {
  await openPage(page, hostileSettings);
  await expect(page.getByRole('button', { name: 'Class: cat face' })).toBeVisible();
  await expect(numberField(page, 'Seed')).toHaveValue(/^\d{1,10}$/);
  await expect(numberField(page, 'Steps')).toHaveValue('1');
  await expect(numberField(page, 'Guidance')).toHaveValue('2.5');
  await expect(numberField(page, 'Pictures')).toHaveValue('16');
  await expect(page.getByRole('switch', { name: 'Dynamic width' })).toBeChecked();
  await expect(page.locator('img[src="x"]')).toHaveCount(0);
  const said = page.getByRole('status').filter({ hasText: 'Not all of that can be had' });
  const changes = [
    'steps “-5” became “1”',
    'pictures “99999” became',
    'sampler “constructor” became',
  ];
  for (const change of changes) {
    await expect(said).toContainText(change);
  }
});

test('a link to a checkpoint that is not here says what waits for it', async ({ page }) => {
  await openPage(page, { ...hostileSettings, model: '../../etc/passwd'.repeat(5), steps: 9 });
  await expect(page.getByText('which is not loaded')).toContainText('9 steps');
  await expectInLink(page, 'steps', '9');
});

test('a class that is not there is told, and the nearest are a press away', async ({ page }) => {
  await openPage(page, { ...quickSettings, class: 'rockets' });
  await expect(page.getByText('class “rockets” became “cat face”')).toBeVisible();
  await page.getByRole('button', { name: 'rocket', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Class: rocket' })).toBeVisible();
  await expectInLink(page, 'class', 'rocket');
  await expect(page.getByText('class “rockets”')).toHaveCount(0);
});

test('an edit is in the link at once: copied, and after a reload', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await openPage(page);
  await numberField(page, 'Steps').fill('9');
  await numberField(page, 'Steps').press('Enter');
  const reloaded = page.waitForEvent('load');
  await page.evaluate(() => location.reload());
  await reloaded;
  await expect(numberField(page, 'Steps')).toHaveValue('9');
  await numberField(page, 'Steps').fill('11');
  await page.getByRole('button', { name: 'Copy link' }).click();
  await expect(page.getByRole('button', { name: 'Link copied' })).toBeVisible();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(new URL(copied).searchParams.get('steps')).toBe('11');
});

test('a number that is typed and not entered survives a reload; one that cannot be had is no news', async ({
  page,
}) => {
  await openPage(page, quickSettings);
  for (const [name, text] of [
    ['Steps', '9'],
    ['Seed', '123'],
    ['Guidance', '3,5'],
    ['Pictures', '3'],
  ] as const) {
    await numberField(page, name).click();
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type(text);
    await page.reload();
    await expect(numberField(page, name)).toHaveValue(text.replace(',', '.'));
  }
  const before = page.url();
  await numberField(page, 'Pictures').fill('17');
  expect(page.url()).toBe(before);
  await expect(numberField(page, 'Pictures')).toHaveValue('17');
  await page.reload();
  await expect(numberField(page, 'Pictures')).toHaveValue('3');
  await expect(page.getByText('Not all of that can be had')).toHaveCount(0);
});

test('a link that is badly encoded leaves what makes sense', async ({ page }) => {
  await page.goto('/?class=%E0%A4%A&steps=%zz&&==&seed=5');
  await expect(page.getByRole('button', { name: 'Class: cat face' })).toBeVisible();
  await expect(numberField(page, 'Seed')).toHaveValue('5');
});
