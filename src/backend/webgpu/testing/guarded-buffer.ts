import { expect } from 'vitest';
import { readBuffer, type BufferArena } from '../gpu/buffer';
import type { Gpu } from '../gpu/device';

export type TestData =
  Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer> | Uint16Array<ArrayBuffer>;

const guardWords = 64;

/** A NaN as f32 and as two f16, and far out of range as an index. */
const guardWord = 0x7fedbeef;

/** `data` followed by guard words. */
export function guardInput(data: TestData): Uint32Array<ArrayBuffer> {
  const words = data.byteLength / 4;
  const guarded = new Uint32Array(words + guardWords).fill(guardWord);
  new Uint8Array(guarded.buffer).set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return guarded;
}

/** An output with canaries past its end. */
export class GuardedBuffer {
  readonly buffer: GPUBuffer;
  readonly #words: number;

  constructor(
    private readonly gpu: Gpu,
    arena: BufferArena,
    private readonly name: string,
    initial: TestData,
    extraUsage: number,
  ) {
    this.#words = initial.byteLength / 4;
    this.buffer = arena.upload(name, guardInput(initial), extraUsage);
  }

  async readFloats(): Promise<Float32Array> {
    return new Float32Array(await this.#read());
  }

  async readUints(): Promise<Uint32Array> {
    return new Uint32Array(await this.#read());
  }

  async #read(): Promise<ArrayBuffer> {
    const bytes = await readBuffer(this.gpu, this.buffer);
    const guard = new Uint32Array(bytes, this.#words * 4);
    const written = guard.findIndex((word) => word !== guardWord);
    expect(written, `${this.name}: first canary word past the end that was overwritten`).toBe(-1);
    return bytes.slice(0, this.#words * 4);
  }
}
