import { expect, test } from './fixtures';
import { expectInLink, numberField, openPage } from './steps/page';

test.use({ locale: 'de-DE' });

test('numbers are typed with point or comma and written in the language of the page', async ({
  page,
}) => {
  await openPage(page);
  const guidance = numberField(page, 'Guidance');
  for (const text of ['2,5', '2.5']) {
    await guidance.fill('3');
    await guidance.press('Enter');
    await guidance.fill(text);
    await guidance.press('Enter');
    await expect(guidance).toHaveValue('2.5');
    await expectInLink(page, 'guidance', '2.5');
  }
  await guidance.fill('2,555');
  await guidance.press('Enter');
  await expect(guidance).toHaveValue('2.555');
  await guidance.press('ArrowUp');
  await expect(guidance).toHaveValue('2.7');
});

test('a number that cannot be had is told, with what is used instead', async ({ page }) => {
  await openPage(page);
  for (const [name, text, used] of [
    ['Pictures', '17', '16'],
    ['Seed', '-1', '0'],
    ['Seed', '1,5', '1'],
    ['Steps', '1001', '1000'],
  ] as const) {
    await numberField(page, name).fill(text);
    await numberField(page, name).press('Tab');
    await expect(numberField(page, name)).toHaveValue(used);
    await expect(page.getByText(/^Not all of that can be had/)).toContainText(`became “${used}”`);
  }
});

test('an emoji is found with and without its variation selector', async ({ page }) => {
  await openPage(page);
  await page.getByRole('button', { name: 'Class: pizza' }).click();
  for (const heart of ['\u2764\uFE0F', '\u2764']) {
    await page.getByRole('searchbox').fill(heart);
    await expect(page.getByRole('option', { name: 'red heart', exact: true })).toBeVisible();
  }
});
