import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { expect, type Page } from '@playwright/test';

interface Finding {
  readonly ruleId: string;
  readonly value: readonly [level: string, outcome: string];
  readonly message: string;
  readonly snippet: string;
}

/** What ace.js puts on the page. */
declare const ace: {
  readonly Checker: new () => {
    check(
      document: Document,
      policies: readonly string[],
    ): Promise<{ readonly results: readonly Finding[] }>;
  };
};

const engine = createRequire(import.meta.url).resolve('accessibility-checker-engine/ace.js');

/** IBM Equal Access finds no violation of WCAG 2.1 (A and AA) on the page as it stands, once colours have stopped changing. */
export async function expectAccessible(page: Page, state: string): Promise<void> {
  // Not as an element of the page, whose policy forbids inline scripts.
  await page.evaluate(`${await readFile(engine, 'utf8')}; globalThis.ace = ace;`);
  await page.evaluate(() =>
    Promise.all(
      document
        .getAnimations()
        .filter((animation) => animation instanceof CSSTransition)
        .map(({ finished }) => finished),
    ),
  );
  const violations = await page.evaluate(async () => {
    const { results } = await new ace.Checker().check(document, ['WCAG_2_1']);
    return results
      .filter(({ value: [level, outcome] }) => level === 'VIOLATION' && outcome === 'FAIL')
      .map(({ ruleId, message, snippet }) => `${ruleId}: ${message} ${snippet}`);
  });
  expect.soft(violations, state).toEqual([]);
}
