import { joined, littleEndian, utf8 } from './bytes';

/** Bytes of one or more pickle operations. */
export type Code = readonly number[];

export const mark: Code = [0x28];
export const stop: Code = [0x2e];
export const reduce: Code = [0x52];
export const build: Code = [0x62];
export const newObject: Code = [0x81];
export const emptyTuple: Code = [0x29];
export const emptyDict: Code = [0x7d];
export const emptyList: Code = [0x5d];
export const append: Code = [0x61];
export const none: Code = [0x4e];
export const newFalse: Code = [0x89];
export const memoize: Code = [0x94];
export const tuple1: Code = [0x85];

/** A whole pickle. */
export function pickle(...code: readonly ArrayLike<number>[]): Uint8Array<ArrayBuffer> {
  return joined([[0x80, 2], ...code, stop]);
}

export function text(value: string): Code {
  const bytes = utf8(value);
  return [0x58, ...littleEndian(bytes.length, 4), ...bytes];
}

/** An integer of up to 8 bytes, as LONG1 writes it. */
export function integer(value: number | bigint): Code {
  return [0x8a, 9, ...littleEndian(BigInt.asUintN(72, BigInt(value)), 9)];
}

export function global(module: string, name: string): Code {
  return [0x63, ...utf8(`${module}\n${name}\n`)];
}

export function stackGlobal(module: string, name: string): Code {
  return [...text(module), ...text(name), 0x93];
}

export function tuple(...items: readonly Code[]): Code {
  return [...mark, ...items.flat(), 0x74];
}

export function call(callee: Code, ...args: readonly Code[]): Code {
  return [...callee, ...tuple(...args), ...reduce];
}

export function dict(...entries: readonly (readonly [string, Code])[]): Code {
  return [
    ...emptyDict,
    ...mark,
    ...entries.flatMap(([key, code]) => [...text(key), ...code]),
    0x75,
  ];
}

export function storage(key: string, elements: number, type = 'FloatStorage'): Code {
  const id = [text('storage'), global('torch', type), text(key), text('cpu'), integer(elements)];
  return [...tuple(...id), 0x51];
}

/** A tensor as torch.save writes it. */
export function tensor(
  of: Code,
  offset: number | bigint,
  shape: readonly (number | bigint)[],
  strides: readonly (number | bigint)[],
  ...metadata: readonly Code[]
): Code {
  return call(
    global('torch._utils', '_rebuild_tensor_v2'),
    of,
    integer(offset),
    tuple(...shape.map(integer)),
    tuple(...strides.map(integer)),
    newFalse,
    call(global('collections', 'OrderedDict')),
    ...metadata,
  );
}
