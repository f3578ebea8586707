import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { preview } from 'vite';

/** The page as `npm run build` has left it. */
const built = fileURLToPath(new URL('../../dist/', import.meta.url));

/** A host of static files that sends no headers of its own, such as GitHub Pages. */
export interface StaticHost {
  /** Of the page, with a slash at its end. */
  readonly address: string;
  /** The files that it serves; a copy that a test may change. */
  readonly folder: string;
  close(): Promise<void>;
}

/** @param path where the page lies on the host, with slashes at both ends */
export async function startStaticHost(path = '/'): Promise<StaticHost> {
  const folder = await mkdtemp(join(tmpdir(), 'dydit-host-'));
  await cp(built, folder, { recursive: true });
  const { address, close } = await serveFolder(folder, { path });
  return {
    address,
    folder,
    async close() {
      await close();
      await rm(folder, { recursive: true });
    },
  };
}

/** How a folder is served. */
interface Serving {
  /** Where it lies on the host, with slashes at both ends. */
  readonly path?: string;
  /** What is sent with every file. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Serves a folder as it is. Any page may ask for its files, as of a CDN. */
export async function serveFolder(
  folder: string,
  { path = '/', headers = {} }: Serving = {},
): Promise<Pick<StaticHost, 'address' | 'close'>> {
  const server = await preview({
    configFile: false,
    root: folder,
    base: path,
    logLevel: 'error',
    build: { outDir: folder },
    preview: { host: '127.0.0.1', port: 0, headers: { ...headers } },
  });
  const address = server.httpServer.address();
  if (typeof address !== 'object' || address === null) throw new Error('The host has no port.');
  return {
    address: `http://127.0.0.1:${address.port}${path}`,
    close: () => server.close(),
  };
}
