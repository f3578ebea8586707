import { spawn } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPictureFile } from '../../src/store/picture-file';
import { readPng } from '../../src/engine/testing/read-png';

/** The command as it is called, with the weights that come with the page. */

const command = fileURLToPath(new URL('../draw.ts', import.meta.url));

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** @param onError receives what has been written to standard error so far */
function draw(
  args: readonly string[],
  onError?: (text: string, interrupt: () => void) => void,
): Promise<Ended> {
  const child = spawn(process.execPath, ['--import', 'tsx', command, ...args]);
  let out = '';
  let err = '';
  child.stdout.on('data', (data: Buffer) => (out += data.toString()));
  child.stderr.on('data', (data: Buffer) => {
    err += data.toString();
    onError?.(err, () => child.kill('SIGINT'));
  });
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, out, err })));
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'draw-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('npm run draw', () => {
  it('writes a picture for each seed, with the settings that make it again', async () => {
    const output = join(folder, 'fox.png');
    const args = ['fox', '--style', 'twemoji', '--seed', '7', '--count', '2', '--steps', '1'];
    const sampling = ['--sampler', 'flow-euler', '--guidance', '2.5', '--tokens', 'off'];
    const { code, out, err } = await draw([...args, ...sampling, '-o', output]);
    expect(err).toContain('2 pictures of fox, Twemoji');
    expect(code).toBe(0);
    const paths = [join(folder, 'fox-1.png'), join(folder, 'fox-2.png')];
    expect(out.trim().split('\n')).toEqual(paths);
    for (const [k, path] of paths.entries()) {
      const png = await readFile(path);
      expect(readPng(png)).toMatchObject({ width: 128, height: 128 });
      const found = await readPictureFile(new Blob([new Uint8Array(png)]));
      const shared = found.kind === 'settings' ? found.read.shared : {};
      expect(shared.weights).toMatch(/^[0-9a-f]{8}$/);
      expect(shared).toMatchObject({
        class: 'fox',
        style: 'twemoji',
        seed: 7 + k,
        sampler: 'flow-euler',
        steps: 1,
        guidance: 2.5,
        images: 1,
        width: true,
        tokens: false,
      });
    }
  });

  it('ends with 2 where it is called wrongly, and writes nothing', async () => {
    const before = await readdir(folder);
    for (const [args, says] of [
      [['foxs'], 'Did you mean fox'],
      [['fox', '--stepps', '3'], '--stepps'],
      [['fox', '-o', join(folder, 'no', 'such', 'fox.png')], 'There is no folder'],
      [['fox', '--model', join(folder, 'none')], "can't be found"],
    ] as const) {
      const { code, out, err } = await draw(args);
      expect(err).toContain(says);
      expect(err).toContain('Usage: npm run draw');
      expect([code, out]).toEqual([2, '']);
    }
    expect(await readdir(folder)).toEqual(before);
  });

  it('ends with 130 at Ctrl-C, and leaves no file', async () => {
    const output = join(folder, 'cancelled.png');
    // As many steps as there can be: no machine is through before it hears of the key.
    const most = ['--sampler', 'flow-euler', '--steps', '250', '--count', '16'];
    const args = ['fox', '--seed', '1', ...most, '-o', output];
    let interrupted = false;
    const { code, err } = await draw(args, (text, interrupt) => {
      if (interrupted || !text.includes('step ')) return;
      interrupted = true;
      interrupt();
    });
    expect(err).toContain('Cancelled.');
    expect(code).toBe(130);
    expect((await readdir(folder)).filter((name) => name.startsWith('cancelled'))).toEqual([]);
  });

  it('lists classes and styles', async () => {
    const { code, out } = await draw(['--list']);
    expect(code).toBe(0);
    expect(out).toContain('styles: any, noto,');
    expect(out.split('\n')).toContain('🦊 fox');
  });
});
