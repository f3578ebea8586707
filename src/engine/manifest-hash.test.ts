import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { DyditError } from '../errors';
import { parseManifest, type Manifest } from './manifest';
import { manifestText } from './manifest-hash';

const file = new URL('../../conformance/cases/flow-map/manifest.json', import.meta.url);

let plain: string;
let whole: Manifest;
beforeAll(async () => {
  plain = await readFile(file, 'utf8');
  whole = parseManifest(JSON.parse(plain));
});

function codeOf(text: string): string | undefined {
  try {
    parseManifest(JSON.parse(text));
    return undefined;
  } catch (thrown) {
    return DyditError.from(thrown).code;
  }
}

describe('a manifest with a hash of itself', () => {
  it('is read as it was written, and says nothing of the hash', () => {
    expect(parseManifest(JSON.parse(manifestText(whole)))).toEqual(whole);
  });

  it('may be laid out anew and have its entries in another order', () => {
    const text = manifestText(whole);
    const [, hash] = /"sha256": "(\w+)"\n\}$/.exec(text) ?? [];
    const first = text
      .replace(/,\n "sha256": "\w+"\n\}$/, '}')
      .replace('{', `{"sha256":"${hash}",`);
    expect(first).not.toBe(text);
    expect(parseManifest(JSON.parse(first))).toEqual(whole);
  });

  it('is damaged where any one of its digits is another', () => {
    const text = manifestText(whole);
    const places = [...text.matchAll(/[0-8]/g)].map(({ index }) => index);
    expect(places.length).toBeGreaterThan(100);
    const codes = places.map((at) =>
      codeOf(`${text.slice(0, at)}${Number(text[at]) + 1}${text.slice(at + 1)}`),
    );
    // In the name of the entry itself a digit makes it an unknown one, which is passed over.
    const inName = places.map((at) => /"sha2?5?$/.test(text.slice(0, at)));
    expect(codes.filter((code, i) => code !== 'checkpoint-broken' && !inName[i])).toEqual([]);
  });

  it('without one is taken as it is', () => {
    expect(codeOf(plain)).toBeUndefined();
    expect(codeOf(plain.replace(/("scaling_factor": \d\.\d)\d/, '$19'))).toBeUndefined();
  });
});
