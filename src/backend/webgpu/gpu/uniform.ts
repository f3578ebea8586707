import type { VariableInfo } from 'wgsl_reflect';
import { DyditError } from '../../../errors';
import type { Gpu } from './device';

/** Members of one uniform struct by name. */
export type UniformValues = Readonly<Record<string, number>>;

/** A uniform struct that can be rewritten between submissions; its layout is read from the WGSL. */
export class UniformBuffer {
  readonly buffer: GPUBuffer;
  readonly #gpu: Gpu;
  readonly #name: string;
  readonly #variable: VariableInfo;
  readonly #data: DataView<ArrayBuffer>;

  constructor(gpu: Gpu, name: string, variable: VariableInfo) {
    const size = Math.ceil(variable.size / 16) * 16;
    this.#gpu = gpu;
    this.#name = name;
    this.#variable = variable;
    this.#data = new DataView(new ArrayBuffer(size));
    this.buffer = gpu.device.createBuffer({
      label: `${name}.${variable.name}`,
      size,
      usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
    });
  }

  /**
   * Takes effect for everything submitted after this call.
   * @throws DyditError `internal` where a member is missing or unknown
   */
  write(values: UniformValues): void {
    const { members } = this.#variable;
    if (!members) throw this.#misuse(`uniform "${this.#variable.name}" is not a struct`);
    for (const given in values) {
      if (!members.some(({ name }) => name === given)) {
        throw this.#misuse(`there is no uniform member "${given}"`);
      }
    }
    for (const { name, type, offset } of members) {
      const value = values[name];
      if (typeof value !== 'number') throw this.#misuse(`uniform member "${name}" is missing`);
      if (type.name === 'f32') this.#data.setFloat32(offset, value, true);
      else if (type.name === 'u32') this.#data.setUint32(offset, value, true);
      else throw this.#misuse(`uniform member "${name}" is neither u32 nor f32`);
    }
    this.#gpu.device.queue.writeBuffer(this.buffer, 0, this.#data.buffer);
  }

  destroy(): void {
    this.buffer.destroy();
  }

  #misuse(problem: string): DyditError {
    return new DyditError('internal', `${this.#name}: ${problem}.`);
  }
}
