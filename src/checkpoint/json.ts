import { broken, quoted, unsupported } from './failure';

/** A JSON value; objects are maps, so that no name in a file can be taken for one of JavaScript's. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;
export type JsonObject = ReadonlyMap<string, JsonValue>;

export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return value instanceof Map;
}

export function isJsonList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** What a JSON text may ask for. Reading stops at the first thing that is too much. */
export interface JsonLimits {
  readonly maxDepth: number;
  /** Values of all kinds, the objects and lists among them. */
  readonly maxValues: number;
  /** Objects and lists. */
  readonly maxContainers: number;
}

/** For the small files beside weights: configurations, labels, manifests, indexes. */
export const fileLimits: JsonLimits = {
  maxDepth: 32,
  maxValues: 500_000,
  maxContainers: 100_000,
};

/**
 * Reads a JSON text in one pass within limits; a name twice in one object is an error.
 *
 * @param text the whole text
 * @param what it is called in messages
 * @throws DyditError `checkpoint-broken` where it is not JSON, `checkpoint-unsupported` where it is
 *   too large; both name the character
 */
export function parseJson(text: string, what: string, limits: JsonLimits = fileLimits): JsonValue {
  return new JsonReader(text, what, limits).read();
}

/** Decodes UTF-8 and reads it as `parseJson` does; a byte order mark is passed over. */
export function parseJsonBytes(bytes: Uint8Array, what: string, limits?: JsonLimits): JsonValue {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw broken(`${what} is not valid JSON: it is not UTF-8.`);
  }
  return parseJson(text, what, limits);
}

const numberPattern = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const words: ReadonlyMap<string, null | boolean> = new Map([
  ['null', null],
  ['true', true],
  ['false', false],
]);

class JsonReader {
  #at = 0;
  #values = 0;
  #containers = 0;

  constructor(
    private readonly text: string,
    private readonly what: string,
    private readonly limits: JsonLimits,
  ) {}

  read(): JsonValue {
    const value = this.#value(0);
    this.#skipSpace();
    if (this.#at < this.text.length) throw this.#fault('something follows its end');
    return value;
  }

  #value(depth: number): JsonValue {
    if (++this.#values > this.limits.maxValues) {
      throw this.#refusal(`more than ${this.limits.maxValues} values`);
    }
    this.#skipSpace();
    const character = this.text[this.#at];
    if (character === '"') return this.#string();
    if (character === '{' || character === '[') {
      if (depth === this.limits.maxDepth) {
        throw this.#refusal(`more than ${this.limits.maxDepth} levels`);
      }
      if (++this.#containers > this.limits.maxContainers) {
        throw this.#refusal(`more than ${this.limits.maxContainers} objects and lists`);
      }
      return character === '{' ? this.#object(depth + 1) : this.#list(depth + 1);
    }
    return this.#wordOrNumber();
  }

  #object(depth: number): JsonObject {
    const entries = new Map<string, JsonValue>();
    this.#at++;
    if (this.#take('}')) return entries;
    do {
      this.#skipSpace();
      if (this.text[this.#at] !== '"') throw this.#fault('a name was expected');
      const name = this.#string();
      if (entries.has(name)) throw broken(`${this.what} has the key ${quoted(name)} twice.`);
      if (!this.#take(':')) throw this.#fault('a colon was expected');
      entries.set(name, this.#value(depth));
    } while (this.#take(','));
    if (!this.#take('}')) throw this.#fault('a comma or closing brace was expected');
    return entries;
  }

  #list(depth: number): readonly JsonValue[] {
    const items: JsonValue[] = [];
    this.#at++;
    if (this.#take(']')) return items;
    do items.push(this.#value(depth));
    while (this.#take(','));
    if (!this.#take(']')) throw this.#fault('a comma or closing bracket was expected');
    return items;
  }

  #string(): string {
    const start = this.#at;
    let end = start + 1;
    let plain = true;
    for (;;) {
      const code = this.text.charCodeAt(end);
      if (code === 0x22) break;
      if (Number.isNaN(code) || code < 0x20) {
        this.#at = Math.min(end, this.text.length);
        throw this.#fault('a string without an end');
      }
      if (code === 0x5c) {
        plain = false;
        end++;
      }
      end++;
    }
    this.#at = end + 1;
    if (plain) return this.text.slice(start + 1, end);
    try {
      return String(JSON.parse(this.text.slice(start, end + 1)));
    } catch {
      this.#at = start;
      throw this.#fault('a string with an escape that is none');
    }
  }

  #wordOrNumber(): null | boolean | number {
    numberPattern.lastIndex = this.#at;
    const number = numberPattern.exec(this.text);
    if (number) {
      this.#at += number[0].length;
      return Number(number[0]);
    }
    for (const [word, value] of words) {
      if (this.text.startsWith(word, this.#at)) {
        this.#at += word.length;
        return value;
      }
    }
    throw this.#fault('a value was expected');
  }

  /** Passes over a character where it comes next. */
  #take(character: string): boolean {
    this.#skipSpace();
    if (this.text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #skipSpace(): void {
    for (;;) {
      const code = this.text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.#at++;
    }
  }

  #fault(message: string) {
    return broken(`${this.what} is not valid JSON: ${message} at character ${this.#at}.`);
  }

  #refusal(message: string) {
    return unsupported(`${this.what} has ${message}, at character ${this.#at}.`);
  }
}
