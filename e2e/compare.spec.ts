import { expect, test } from './fixtures';
import { openPage } from './steps/page';
import { difference, readCanvas } from './steps/pixels';
import { compare, readPercent } from './steps/run';

test('Compare shows both rows, both times, the gain and the difference', async ({ page }) => {
  await openPage(page);
  await compare(page);

  const rowPicture = (row: string) =>
    page.getByRole('region', { name: row, exact: true }).locator('canvas');
  for (const row of ['Static', 'Dynamic', 'Difference'])
    await expect(rowPicture(row)).toHaveCount(1);
  const between = difference(
    await readCanvas(rowPicture('Static')),
    await readCanvas(rowPicture('Dynamic')),
  );
  expect(between.mean).toBeGreaterThan(0);
  await expect(page.getByTestId('mean-difference')).toHaveText(between.mean.toFixed(1));

  await expect(page.getByTestId('static-time')).toHaveText(/^[\d.]+\s(ms|s)$/);
  await expect(page.getByTestId('dynamic-time')).toHaveText(/^[\d.]+\s(ms|s)$/);
  await expect(page.getByTestId('speed-up')).toHaveText(/^\d+\.\d\d×$/);

  const share = await readPercent(page, 'multiply-adds-share');
  expect(share).toBeGreaterThan(0);
  expect(share).toBeLessThan(100);
  const work = async (row: string) =>
    Number.parseFloat(await page.getByTestId(`${row}-multiply-adds`).innerText());
  expect(Math.abs((100 * (await work('dynamic'))) / (await work('static')) - share)).toBeLessThan(
    1,
  );
  await expect(
    page.getByRole('heading', { level: 2, name: `${share} % of the work` }),
  ).toBeVisible();
});
