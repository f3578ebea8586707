import { expect, test } from '@playwright/test';

test('the page may do nothing but what it needs', async ({ page }) => {
  await page.goto('/');
  const outcomes = await page.evaluate(async () => {
    const tries: Readonly<Record<string, () => unknown>> = {
      eval: () => {
        Reflect.construct(Function, ['']);
      },
      inlineScript: () => {
        const script = document.createElement('script');
        script.textContent = 'globalThis.injected = true;';
        document.body.append(script);
        if (!('injected' in globalThis)) throw new Error('refused');
      },
      inlineStyle: () => {
        const style = document.createElement('style');
        style.textContent = 'body { outline: 3px solid red }';
        document.head.append(style);
        if (getComputedStyle(document.body).outlineStyle !== 'solid') throw new Error('refused');
      },
    };
    // What a debugger calls may do anything; what a timer calls may not.
    await new Promise((resolve) => setTimeout(resolve));
    const outcome: Record<string, string> = {};
    for (const [name, work] of Object.entries(tries)) {
      try {
        await work();
        outcome[name] = 'allowed';
      } catch {
        outcome[name] = 'refused';
      }
    }
    return outcome;
  });
  expect(outcomes).toEqual({ eval: 'refused', inlineScript: 'refused', inlineStyle: 'refused' });
});
