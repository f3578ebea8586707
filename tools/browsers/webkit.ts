import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import * as v from 'valibot';
import { drawIn, type DrivenPage } from './draw';

/** A driver that has started answers within this. */
const startMs = 60_000;

/** A page that is driven by WebDriver. */
class Session implements DrivenPage {
  private constructor(
    private readonly driver: string,
    private readonly id: string,
  ) {}

  /** @param driver address of one that may still be starting */
  static async open(driver: string): Promise<Session> {
    for (const end = performance.now() + startMs; ;) {
      try {
        const value = await ask(`${driver}/session`, 'POST', { capabilities: {} });
        return new Session(driver, v.parse(v.object({ sessionId: v.string() }), value).sessionId);
      } catch (thrown) {
        // Nobody listens yet.
        if (!(thrown instanceof TypeError) || performance.now() > end) throw thrown;
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    }
  }

  async navigate(url: string): Promise<void> {
    await this.#ask('POST', '/url', { url });
  }

  async evaluate(expression: string): Promise<string> {
    const script = `return String(${expression});`;
    return v.parse(v.string(), await this.#ask('POST', '/execute/sync', { script, args: [] }));
  }

  /** Ends the browser. */
  async close(): Promise<void> {
    await this.#ask('DELETE', '');
  }

  #ask(method: 'POST' | 'DELETE', path: string, body?: object): Promise<unknown> {
    return ask(`${this.driver}/session/${this.id}${path}`, method, body);
  }
}

const answerSchema = v.object({ value: v.unknown() });

/** @throws TypeError where nobody answers */
async function ask(url: string, method: 'POST' | 'DELETE', body?: object): Promise<unknown> {
  const answer = await fetch(url, { method, ...(body && { body: JSON.stringify(body) }) });
  const { value } = v.parse(answerSchema, await answer.json());
  if (!answer.ok) throw new Error(`${method} ${url} failed: ${JSON.stringify(value)}`);
  return value;
}

function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (typeof address === 'object' && address) resolve(address.port);
        else reject(new Error('There is no port.'));
      });
    });
  });
}

/*
 * Opens the built page in WebKitGTK, the nearest to Safari that Linux has, and has it draw:
 * npm run build && npm run try:webkit. WEBKIT_DRIVER names another driver. It is no part of the tests,
 * as not every machine has one; Debian's packages are webkit2gtk-driver and, for machines without a
 * screen, xvfb.
 */
const driver = [process.env.WEBKIT_DRIVER, '/usr/bin/WebKitWebDriver'].find(
  (path) => path !== undefined && existsSync(path),
);
if (!driver) throw new Error('No WebKitWebDriver was found. Install one, or set WEBKIT_DRIVER.');
const port = await freePort();
const hasScreen = process.env.DISPLAY ?? process.env.WAYLAND_DISPLAY;
const [command, ...flags] = [...(hasScreen ? [] : ['xvfb-run', '-a']), driver, `--port=${port}`];
// In a group of its own: xvfb-run leaves what it has started behind.
const webkit = spawn(command, flags, { stdio: 'ignore', detached: true });
let session: Session | undefined;
try {
  await drawIn(async () => (session = await Session.open(`http://127.0.0.1:${port}`)));
} finally {
  await session?.close();
  if (webkit.pid !== undefined) process.kill(-webkit.pid);
}
