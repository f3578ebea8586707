import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import * as v from 'valibot';
import { preview } from 'vite';

/**
 * Opens the built page in a headless Firefox, which speaks WebDriver BiDi itself, and has it draw:
 * npm run build && npm run try:firefox. FIREFOX_PATH names another one. It is no part of the tests, as
 * not every machine has a Firefox.
 */
const settings = '?class=pizza&style=twemoji&seed=7&steps=2&images=1&draw=off';
const patienceMs = 5 * 60_000;

/** The address that Firefox says it can be driven at. */
function listeningAt({ stderr }: ChildProcess): Promise<string> {
  if (!stderr) throw new Error('Firefox says nothing.');
  return new Promise((resolve) => {
    createInterface(stderr).on('line', (line) => {
      const [, found] = /WebDriver BiDi listening on (ws:\S+)/.exec(line) ?? [];
      if (found) resolve(`${found}/session`);
    });
  });
}

async function draw(session: Session, url: string): Promise<void> {
  await session.navigate(url);
  const wait = (expression: string) => session.until(expression, patienceMs);
  await wait(
    `[...document.querySelectorAll('button')].some((button) => button.textContent === 'Generate' && !button.disabled)`,
  );
  console.log(
    await session.evaluate(
      `navigator.userAgent + ', WebGPU: ' + ('gpu' in navigator) + ', isolated: ' + crossOriginIsolated`,
    ),
  );
  console.log(
    await session.evaluate(
      `document.querySelector('[data-testid="processor-notice"]')?.textContent ?? 'It says nothing of the processor.'`,
    ),
  );
  await session.evaluate(
    `[...document.querySelectorAll('button')].find((button) => button.textContent === 'Generate').click()`,
  );
  await wait(`document.querySelector('button[aria-label^="Open "] canvas') !== null`);
  console.log(
    await session.evaluate(`document.querySelector('[data-testid="announcement"]')?.textContent`),
  );
  const colours = await session.evaluate(`(() => {
    const canvas = document.querySelector('button[aria-label^="Open "] canvas');
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    return String(new Set(new Uint32Array(data.buffer)).size);
  })()`);
  if (Number(colours) < 10) throw new Error(`The picture has ${colours} colours.`);
  console.log(`The picture has ${colours} colours.`);
}

/** A page that is driven by WebDriver BiDi. */
class Session {
  #nextId = 1;
  #context = '';
  readonly #calls = new Map<number, (answer: unknown) => void>();

  private constructor(private readonly socket: WebSocket) {
    socket.addEventListener('message', ({ data }) => {
      const answer: unknown = JSON.parse(String(data));
      const { id } = v.parse(v.object({ id: v.nullish(v.number()) }), answer);
      if (id != null) this.#calls.get(id)?.(answer);
    });
  }

  static async open(url: string): Promise<Session> {
    const socket = new WebSocket(url);
    await new Promise((resolve) => socket.addEventListener('open', resolve));
    const session = new Session(socket);
    await session.#call('session.new', { capabilities: {} });
    const created = await session.#call('browsingContext.create', { type: 'tab' });
    session.#context = v.parse(v.object({ context: v.string() }), created).context;
    return session;
  }

  async navigate(url: string): Promise<void> {
    await this.#call('browsingContext.navigate', { context: this.#context, url, wait: 'complete' });
  }

  /** The value of an expression, as a text. */
  async evaluate(expression: string): Promise<string> {
    const target = { context: this.#context };
    const answer = await this.#call('script.evaluate', { expression, target, awaitPromise: true });
    const read = v.safeParse(v.object({ result: v.object({ value: v.unknown() }) }), answer);
    return read.success ? String(read.output.result.value) : '';
  }

  async until(expression: string, patience: number): Promise<void> {
    for (const end = performance.now() + patience; performance.now() < end;) {
      if ((await this.evaluate(expression)) === 'true') return;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    const words = await this.evaluate('document.body.innerText');
    throw new Error(`It never came to ${expression}. The page says: ${words}`);
  }

  #call(method: string, params: object): Promise<unknown> {
    const id = this.#nextId++;
    this.socket.send(JSON.stringify({ id, method, params }));
    return new Promise((resolve, reject) =>
      this.#calls.set(id, (answer) => {
        const read = v.safeParse(
          v.object({ type: v.literal('success'), result: v.unknown() }),
          answer,
        );
        if (read.success) resolve(read.output.result);
        else reject(new Error(`${method} failed: ${JSON.stringify(answer)}`));
      }),
    );
  }
}

const executable = [process.env.FIREFOX_PATH, '/usr/bin/firefox-esr', '/usr/bin/firefox'].find(
  (path) => path !== undefined && existsSync(path),
);
if (!executable) throw new Error('No Firefox was found. Install one, or set FIREFOX_PATH.');
const server = await preview({ logLevel: 'error', preview: { host: '127.0.0.1', port: 0 } });
const [address] = server.resolvedUrls?.local ?? [];
const profile = await mkdtemp(join(tmpdir(), 'dydit-firefox-'));
const flags = ['--headless', '--no-remote', '--remote-debugging-port', '0', '--profile', profile];
const firefox = spawn(executable, flags, { stdio: ['ignore', 'ignore', 'pipe'] });
try {
  await draw(await Session.open(await listeningAt(firefox)), `${address}${settings}`);
} finally {
  firefox.kill();
  await server.close();
  await new Promise((resolve) => firefox.once('exit', resolve));
  await rm(profile, { recursive: true, force: true });
}
