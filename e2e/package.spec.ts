import { readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test as unguarded, type Page } from '@playwright/test';
import { build as esbuild } from 'esbuild';
import * as v from 'valibot';
import { build as vite } from 'vite';
import webpack from 'webpack';
import { readPng } from '../src/engine/testing/read-png';
import { expect, test } from './fixtures';
import { installPacked, run } from './steps/packed';
import { deviation, readCanvas } from './steps/pixels';
import { serveFolder, type StaticHost } from './steps/static-host';

/* The package as a web developer gets it: packed, installed, and used by the examples. */

let folder: string;
let host: Pick<StaticHost, 'address' | 'close'>;

test.beforeAll(async () => {
  test.setTimeout(600_000);
  folder = await installPacked();
  host = await serveFolder(folder);
});

test.afterAll(async () => {
  await host.close();
  await rm(folder, { recursive: true });
});

/** An example with the least work that still makes a picture, and changed as a test says. */
async function example(name: string, ...changes: readonly [string, string][]): Promise<string> {
  const path = join(folder, name);
  const text = await readFile(path, 'utf8');
  const quick: [string, string] = ['seed: 7', 'seed: 7, steps: 2, guidance: 1'];
  return [quick, ...changes].reduce((code, [from, to]) => code.replaceAll(from, to), text);
}

async function expectDrawn(page: Page, address: string): Promise<void> {
  await page.goto(address);
  const canvas = page.locator('canvas[width="128"]');
  await expect(canvas).toHaveCount(1);
  await expect.poll(async () => deviation(await readCanvas(canvas))).toBeGreaterThan(10);
}

test('it depends on nothing, has no React in it, and its types are whole', async () => {
  const text = await readFile(join(folder, 'node_modules/dydit-web/package.json'), 'utf8');
  const { dependencies } = v.parse(
    v.object({ dependencies: v.optional(v.record(v.string(), v.string())) }),
    JSON.parse(text),
  );
  expect(dependencies ?? {}).toEqual({});
  const licenses = await readFile(
    join(folder, 'node_modules/dydit-web/dist-engine/node/LICENSES.md'),
    'utf8',
  );
  expect(licenses).toContain('valibot');
  expect(licenses).not.toMatch(/^## react/m);
  await writeFile(
    join(folder, 'use.ts'),
    `import { createEngine, DyditError, type Engine } from 'dydit-web/engine';
     export const engine: Engine = await createEngine({ backend: 'wasm' });
     export const isOurs = (error: unknown): boolean => error instanceof DyditError;
     // @ts-expect-error There is no such backend: the types are not any.
     await createEngine({ backend: 'abacus' });`,
  );
  const flags = ['--strict', '--noEmit', '--module', 'nodenext', '--target', 'es2023'];
  const types = ['--lib', 'es2023,dom,dom.iterable'];
  const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  const compiled = await run(folder, process.execPath, [compiler, ...flags, ...types, 'use.ts']);
  expect(compiled).toEqual({ code: 0, said: '' });
});

test('Node draws with it, by ten lines and from the command line', async () => {
  await writeFile(join(folder, 'node.mjs'), await example('node.mjs'));
  expect(await run(folder, process.execPath, ['node.mjs'])).toEqual({ code: 0, said: '' });
  const { width, height, rgb } = readPng(await readFile(join(folder, 'fox.png')));
  expect([width, height]).toEqual([128, 128]);
  expect(new Set(rgb).size).toBeGreaterThan(50);

  const command = join(folder, 'node_modules/.bin/dydit-web');
  expect(await run(folder, command, ['draw', 'fox', '--steps', '1', '-o', 'drawn.png'])).toEqual({
    code: 0,
    said: 'drawn.png\n',
  });
  const weights = 'node_modules/dydit-web/public/models/emoji/emoji-dit.safetensors';
  const { code, said } = await run(folder, command, ['inspect', weights]);
  expect([code, said]).toEqual([0, expect.stringContaining('x_embedder.proj')]);
  expect(await run(folder, command, ['convert', weights, 'kept', '--dtype', 'int8'])).toMatchObject(
    {
      code: 0,
    },
  );
  expect(await run(folder, command, ['dance'])).toMatchObject({ code: 2 });
});

test('a page draws with it without a bundler, from another machine', async ({ page }) => {
  const cdn = await serveFolder(folder);
  try {
    const there: [string, string] = ['./node_modules/', `${cdn.address}node_modules/`];
    await writeFile(join(folder, 'plain.js'), await example('page.js', there));
    const html = await example('page.html', there, ['page.js', 'plain.js']);
    await writeFile(join(folder, 'plain.html'), html);
    await expectDrawn(page, `${host.address}plain.html`);
  } finally {
    await cdn.close();
  }
});

test.describe('under a strict Content-Security-Policy', () => {
  /** A page of two files, as no inline script is allowed: neither an import map. */
  async function writePage(name: string, from: string): Promise<void> {
    const engine = `${from}node_modules/dydit-web/dist-engine/browser/engine.js`;
    const code = await example(
      'page.js',
      ['dydit-web/engine', engine],
      ['./node_modules/', `${from}node_modules/`],
    );
    const told = `document.querySelector('pre').textContent = error.code + ': ' + error.message + ' ' + error.advice;`;
    const [imports, ...rest] = code.split('\n\n');
    await writeFile(
      join(folder, `${name}.js`),
      `${imports}\ntry {\n${rest.join('\n')}\n} catch (error) {\n${told}\n}`,
    );
    const html = `<!doctype html><canvas id="picture"></canvas><pre></pre><script type="module" src="${name}.js"></script>`;
    await writeFile(join(folder, `${name}.html`), html);
  }

  const servedWith = (policy: string) =>
    serveFolder(folder, { headers: { 'content-security-policy': policy } });

  test('it draws with the least that it needs', async ({ page }) => {
    await writePage('strict', './');
    const strict = await servedWith(
      "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src blob:; connect-src 'self'",
    );
    await expectDrawn(page, `${strict.address}strict.html`);
    await strict.close();
  });

  test('it draws from another machine, which the policy names', async ({ page }) => {
    await writePage('far', host.address);
    const { origin } = new URL(host.address);
    const strict = await servedWith(
      `default-src 'none'; script-src 'self' ${origin} 'wasm-unsafe-eval'; worker-src blob:; connect-src ${origin}`,
    );
    await expectDrawn(page, `${strict.address}far.html`);
    await strict.close();
  });

  // Not the guarded ones: that the policy forbids something is what these are about.
  const forbidden: readonly (readonly [string, string, RegExp])[] = [
    [
      'workers',
      "'wasm-unsafe-eval'; worker-src 'self'; connect-src CDN",
      /^worker-failed: .*Content-Security-Policy.* "worker-src blob:"/,
    ],
    [
      'WebAssembly',
      '; worker-src blob:; connect-src CDN',
      /can't run the processor's kernels: .*a policy that forbids WebAssembly/,
    ],
    [
      'weights from elsewhere',
      "'wasm-unsafe-eval'; worker-src blob:; connect-src 'self'",
      /^network-failed: .*manifest\.json failed.*connect-src/,
    ],
  ];
  for (const [what, policy, told] of forbidden) {
    unguarded(`${what}, forbidden, end in an error that says so`, async ({ page }) => {
      await writePage('refused', host.address);
      const { origin } = new URL(host.address);
      const rest = policy.replace('CDN', origin);
      const strict = await servedWith(`default-src 'none'; script-src 'self' ${origin} ${rest}`);
      await page.goto(`${strict.address}refused.html`);
      await expect(page.locator('pre')).toHaveText(told);
      await strict.close();
    });
  }
});

const bundlers: Readonly<Record<string, (entry: string, output: string) => Promise<unknown>>> = {
  Vite: (entry, output) =>
    vite({
      configFile: false,
      root: folder,
      publicDir: false,
      logLevel: 'warn',
      build: {
        outDir: join(folder, 'bundled'),
        target: 'es2023',
        emptyOutDir: false,
        rolldownOptions: { input: entry, output: { entryFileNames: output } },
        chunkSizeWarningLimit: 1000,
      },
    }),
  webpack: (entry, output) =>
    new Promise((resolve, reject) => {
      const minimize = false;
      webpack(
        {
          mode: 'production',
          context: folder,
          entry,
          output: { path: join(folder, 'bundled'), filename: output },
          optimization: { minimize },
          performance: false,
        },
        (error, stats) => {
          if (error) reject(error);
          else if (stats?.hasErrors()) reject(new Error(stats.toString('errors-only')));
          else resolve(undefined);
        },
      );
    }),
  esbuild: (entry, output) =>
    esbuild({
      entryPoints: [entry],
      bundle: true,
      format: 'esm',
      outfile: join(folder, 'bundled', output),
      logLevel: 'warning',
    }),
};

for (const [name, bundle] of Object.entries(bundlers)) {
  test(`${name} bundles it into a page that draws`, async ({ page }) => {
    const entry = join(folder, `${name}-entry.js`);
    await writeFile(entry, await example('page.js', ['./node_modules/', '/node_modules/']));
    await bundle(entry, `${name}.js`);
    const html = `<!doctype html><canvas id="picture"></canvas><script type="module" src="${name}.js"></script>`;
    await writeFile(join(folder, 'bundled', `${name}.html`), html);
    await expectDrawn(page, `${host.address}bundled/${name}.html`);
  });
}
