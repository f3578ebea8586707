import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chromium } from 'playwright';

/** Flags that give WebGPU without a GPU (SwiftShader) and keep Chromium off the network. */
export const chromiumArgs = [
  '--no-sandbox',
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The same for the machine's own graphics card. */
export const nativeArgs = [
  ...chromiumArgs.filter((flag) => !flag.startsWith('--use-webgpu-adapter')),
  '--ignore-gpu-blocklist',
  '--enable-features=Vulkan',
];

const installed = [
  process.env.CHROMIUM_PATH,
  '/usr/bin/chromium',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

function findChromium(): string | undefined {
  return [...installed, chromium.executablePath()].find((path) => path && existsSync(path));
}

function tryInstall(command: string, args: readonly string[]): void {
  try {
    execFileSync(command, args, { stdio: 'inherit' });
  } catch (error) {
    console.error(`${command} ${args.join(' ')} failed: ${String(error)}`);
  }
}

/**
 * Path of a Chrome or Chromium, installing one where there is none: Debian's package
 * when root, else Playwright's own build.
 * @throws Error where neither can be had, saying what to do.
 */
export function ensureChromium(): string {
  const found = findChromium();
  if (found) return found;
  if (existsSync('/usr/bin/apt-get') && process.getuid?.() === 0) {
    tryInstall('apt-get', ['update']);
    tryInstall('apt-get', ['install', '-y', '--no-install-recommends', 'chromium']);
  }
  if (!findChromium()) tryInstall('npx', ['playwright', 'install', '--with-deps', 'chromium']);
  const path = findChromium();
  if (path) return path;
  throw new Error(
    'No Chrome or Chromium found, and none could be installed. Install one, or set CHROMIUM_PATH to its executable.',
  );
}
