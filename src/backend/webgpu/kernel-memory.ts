import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { Gpu } from './gpu/device';
import { allSources } from './shaders';

/** Something that keeps values from one visit to the next. */
export interface KeyValueStore {
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown): Promise<void>;
}

/**
 * What was measured on an adapter with these shaders. Browsers don't tell the driver's version; it
 * goes with the browser's own, whose shader compiler matters as much.
 */
export class KernelMemory {
  readonly #key: string;

  constructor(
    private readonly store: KeyValueStore | undefined,
    { description, features }: Pick<Gpu, 'description' | 'features'>,
  ) {
    const browser = 'navigator' in globalThis ? navigator.userAgent : '';
    const text = [description, JSON.stringify(features), browser, ...allSources()].join('\n');
    this.#key = `kernels ${bytesToHex(sha256(utf8ToBytes(text))).slice(0, 32)}`;
  }

  /** Names of variants by the shapes they are best for; none where nothing can be read. */
  async read(): Promise<ReadonlyMap<string, string>> {
    const found = await this.store?.get(this.#key).catch(() => undefined);
    if (typeof found !== 'object' || found === null) return new Map();
    const names = Object.entries(found).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    );
    return new Map(names);
  }

  /** A store that is full or not allowed costs a measurement the next time, and nothing else. */
  async write(names: ReadonlyMap<string, string>): Promise<void> {
    await this.store?.set(this.#key, Object.fromEntries(names)).catch(() => undefined);
  }
}
