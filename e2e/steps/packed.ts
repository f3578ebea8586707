import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as v from 'valibot';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** How a program ended, and what it said. */
export interface Ended {
  readonly code: number | string;
  readonly said: string;
}

const execute = promisify(execFile);

/** Runs a program in a folder. Does not reject where it fails. */
export async function run(
  folder: string,
  program: string,
  args: readonly string[],
): Promise<Ended> {
  try {
    const { stdout } = await execute(program, args, { cwd: folder });
    return { code: 0, said: stdout };
  } catch (error) {
    const { code, stdout, stderr } = v.parse(failure, error);
    return { code, said: stdout + stderr };
  }
}

const failure = v.object({
  code: v.union([v.number(), v.string()]),
  stdout: v.string(),
  stderr: v.string(),
});

async function succeed(folder: string, program: string, args: readonly string[]): Promise<void> {
  const { code, said } = await run(folder, program, args);
  if (code !== 0) throw new Error(`${program} ${args.join(' ')}: ${said}`);
}

/** Packs the package, installs it into a new folder as a user would, and copies the examples there. */
export async function installPacked(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'dydit-package-'));
  await succeed(root, 'npm', ['pack', '--pack-destination', folder]);
  const tarball = (await readdir(folder)).find((name) => name.endsWith('.tgz')) ?? 'none';
  await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
  const offline = ['--offline', '--no-audit', '--no-fund'];
  await succeed(folder, 'npm', ['install', ...offline, `./${tarball}`]);
  await cp(join(folder, 'node_modules/dydit-web/examples'), folder, { recursive: true });
  return folder;
}
