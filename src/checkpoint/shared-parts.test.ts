import { describe, expect, it } from 'vitest';
import { DyditError } from '../errors';
import { readPickle } from './pickle';
import type { PickleValue } from './pickle-values';
import { settingsOf } from './python-settings';
import { findStateDicts } from './state-dict';
import { joined, littleEndian, repeated } from './testing/bytes';
import * as p from './testing/pickle-writer';
import { torchHost } from './torch-globals';

/** Values that one mark takes. */
const batch = 20_000;
const append = [0x65];
const setItems = [0x75];
const discard = [0x30];
const put: p.Code = [0x72, ...littleEndian(1, 4)];
const get: p.Code = [0x6a, ...littleEndian(1, 4)];
const object: p.Code = [...p.global('a', 'b'), ...p.emptyTuple, ...p.newObject];

/** A large part that is remembered and referred to from `count` places of a list in `args`. */
function sharedFrom(count: number, part: readonly ArrayLike<number>[], from: p.Code): PickleValue {
  const place = [p.emptyDict, p.mark, p.text('args'), p.emptyList, p.mark];
  const code = [...part, put, discard, ...place, repeated(count, from), append, setItems];
  return readPickle(p.pickle(...code), 'data.pkl', torchHost).value;
}

function times(count: number, codes: readonly ArrayLike<number>[]): Uint8Array<ArrayBuffer> {
  return joined(Array.from({ length: count }, () => joined(codes)));
}

/** Both walks of a value count what they look at, so that they end however often a part stands there. */
function walkAll(value: PickleValue): string {
  settingsOf(value);
  try {
    findStateDicts(value);
    return 'nothing';
  } catch (thrown) {
    if (!(thrown instanceof DyditError)) throw thrown;
    return thrown.message;
  }
}

describe('a part of a pickle that stands in very many places', () => {
  it('attributes of objects: looked into so often and no more', () => {
    const entries = [p.mark, repeated(batch / 2, [...p.text('k'), ...p.none]), setItems];
    const from = [...object, ...get, ...p.build];
    const message = walkAll(sharedFrom(2_000, [p.emptyDict, times(4, entries)], from));
    expect(message).toMatch(/refers to its parts so often/);
  });

  it('attributes of attributes of attributes: passed over', () => {
    const depth = 50_000;
    const chain = p.pickle(repeated(depth, object), p.none, repeated(depth, p.build));
    const { value } = readPickle(chain, 'data.pkl', torchHost);
    expect(walkAll(value)).toContain('no dictionary of tensors');
  });
});
