import { broken, unsupported } from './failure';
import type { DyditError } from '../errors';

/** Longest string or byte string taken from a pickle. */
const maxStringBytes = 2 ** 20;
/** Longest integer: 255 bytes, more than any number in a checkpoint has. */
const maxIntegerBytes = 255;

/** The bytes of a pickle, read front to back; every fault names the byte it is at. */
export class PickleBytes {
  #position = 0;
  /** Where the current opcode began. */
  #opcodeStart = 0;
  readonly #view: DataView;
  readonly #text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

  /** @param name what the bytes are called in messages */
  constructor(
    private readonly bytes: Uint8Array,
    private readonly name: string,
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get remaining(): number {
    return this.bytes.length - this.#position;
  }

  fault(message: string): DyditError {
    return broken(`Byte ${this.#opcodeStart} of ${this.name}: ${message}.`);
  }

  refusal(message: string): DyditError {
    return unsupported(`Byte ${this.#opcodeStart} of ${this.name}: ${message}.`);
  }

  opcode(): number {
    this.#opcodeStart = this.#position;
    return this.uint8();
  }

  uint8(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  uint16(): number {
    return this.#view.getUint16(this.#advance(2), true);
  }

  int32(): number {
    return this.#view.getInt32(this.#advance(4), true);
  }

  uint32(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }

  /** A u64 that is a length, hence below 2^53. */
  length64(): number {
    const value = this.#view.getBigUint64(this.#advance(8), true);
    if (value > BigInt(this.bytes.length)) throw this.fault(`a length of ${value.toString()}`);
    return Number(value);
  }

  /** Big-endian, unlike the rest. */
  float64(): number {
    return this.#view.getFloat64(this.#advance(8), false);
  }

  /** A two's complement integer of `length` bytes. */
  integer(length: number): number | bigint {
    if (length > maxIntegerBytes) throw this.refusal(`an integer of ${length} bytes`);
    const start = this.#advance(length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(this.bytes[start + i]);
    const signed = BigInt.asIntN(8 * length, value);
    const number = Number(signed);
    return Number.isSafeInteger(number) ? number : signed;
  }

  byteString(length: number): Uint8Array {
    const start = this.#string(length);
    return this.bytes.slice(start, start + length);
  }

  utf8(length: number): string {
    const start = this.#string(length);
    return this.#decode(start, start + length);
  }

  /** Text up to a line feed, which is passed over. */
  line(): string {
    const start = this.#position;
    const end = this.bytes.indexOf(0x0a, start);
    if (end < 0) throw this.fault('a name without an end');
    this.#string(end + 1 - start);
    return this.#decode(start, end);
  }

  #string(length: number): number {
    if (length > maxStringBytes) throw this.refusal(`a string of ${length} bytes`);
    return this.#advance(length);
  }

  #decode(start: number, end: number): string {
    try {
      return this.#text.decode(this.bytes.subarray(start, end));
    } catch {
      throw this.fault('a string that is not UTF-8');
    }
  }

  #advance(length: number): number {
    if (length > this.remaining) {
      throw this.fault(`${length} more bytes were needed, ${this.remaining} are left`);
    }
    const start = this.#position;
    this.#position += length;
    return start;
  }
}
