import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import * as v from 'valibot';
import { drawIn, type DrivenPage } from './draw';

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

/** A page that is driven by WebDriver BiDi. */
class Session implements DrivenPage {
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

/*
 * Opens the built page in a headless Firefox, which speaks WebDriver BiDi itself, and has it draw:
 * npm run build && npm run try:firefox. FIREFOX_PATH names another one. It is no part of the tests, as
 * not every machine has a Firefox.
 */
const executable = [process.env.FIREFOX_PATH, '/usr/bin/firefox-esr', '/usr/bin/firefox'].find(
  (path) => path !== undefined && existsSync(path),
);
if (!executable) throw new Error('No Firefox was found. Install one, or set FIREFOX_PATH.');
const profile = await mkdtemp(join(tmpdir(), 'dydit-firefox-'));
const flags = ['--headless', '--no-remote', '--remote-debugging-port', '0', '--profile', profile];
const firefox = spawn(executable, flags, { stdio: ['ignore', 'ignore', 'pipe'] });
try {
  await drawIn(async () => Session.open(await listeningAt(firefox)));
} finally {
  firefox.kill();
  await new Promise((resolve) => firefox.once('exit', resolve));
  await rm(profile, { recursive: true, force: true });
}
