import { expect, test } from './fixtures';
import { expectInLink, numberField, openPage, setNumber, setToggle } from './steps/page';

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
  model: '../../etc/passwd'.repeat(5),
  __proto__x: 'y',
};

test('a link full of nonsense leaves valid settings', async ({ page }) => {
  await openPage(page, hostileSettings);
  await expect(page.getByRole('button', { name: 'Class: cat face' })).toBeVisible();
  await expect(numberField(page, 'Seed')).toHaveValue(/^\d{1,10}$/);
  await expect(page.getByRole('button', { name: /^Euler/ })).toBeVisible();
  await expect(numberField(page, 'Steps')).toHaveValue('1');
  await expect(numberField(page, 'Guidance')).toHaveValue('2.5');
  await expect(numberField(page, 'Pictures')).toHaveValue('16');
  await expect(page.getByRole('switch', { name: 'Dynamic width' })).toBeChecked();
  await expect(page.locator('img[src="x"]')).toHaveCount(0);
});

test('a link that is badly encoded leaves what makes sense', async ({ page }) => {
  await page.goto('/?class=%E0%A4%A&steps=%zz&&==&seed=5');
  await expect(page.getByRole('button', { name: 'Class: cat face' })).toBeVisible();
  await expect(numberField(page, 'Seed')).toHaveValue('5');
});
