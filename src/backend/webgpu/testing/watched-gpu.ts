import { expect } from 'vitest';
import { changedGpu } from './changed-gpu';

/** Words past the end of every storage buffer. */
const guardWords = 64;
const guardBytes = 4 * guardWords;

/** A NaN as f32 and as two f16, and far out of range as an index. */
const guardWord = 0x7fedbeef;

/**
 * A browser's GPU that watches the buffers of its devices: which are there, and whether anything
 * was written past the end of one. What stands there also shows in a result that was read from it.
 */
export class WatchedGpu {
  readonly gpu: GPU;
  readonly #live = new Set<GPUBuffer>();
  readonly #staging = new Set<GPUBuffer>();
  readonly #checks: Promise<Guard>[] = [];
  #made = 0;
  #largest = 0;

  constructor(gpu: GPU) {
    this.gpu = changedGpu(gpu, (device) => this.#watch(device));
  }

  /**
   * Buffers that are there now, but for those the host reads from: a lane keeps them for its next
   * read.
   */
  get live(): number {
    return this.#live.size;
  }

  /** Buffers that the host reads from. */
  get staging(): number {
    return this.#staging.size;
  }

  /** Bytes of the largest buffer that was asked for so far. */
  get largest(): number {
    return this.#largest;
  }

  /** Buffers that were made so far. */
  get made(): number {
    return this.#made;
  }

  /**
   * Fails where a kernel wrote past the end of a buffer that has been destroyed by now.
   * @returns how many buffers were looked at; those of a device that is gone can't be
   */
  async expectGuardsUntouched(): Promise<number> {
    const checked = await Promise.all(this.#checks.splice(0));
    for (const { label, guard } of checked) {
      const written = guard?.findIndex((word) => word !== guardWord) ?? -1;
      expect(written, `${label}: first word past the end that was overwritten`).toBe(-1);
    }
    return checked.filter(({ guard }) => guard).length;
  }

  #watch(device: GPUDevice): void {
    // As they are now: whoever changes the device after this has no part in the watching.
    const createBuffer = device.createBuffer.bind(device);
    const own: OwnCalls = {
      createBuffer,
      createCommandEncoder: device.createCommandEncoder.bind(device),
      submit: device.queue.submit.bind(device.queue),
    };
    device.createBuffer = (wanted) => {
      this.#made++;
      this.#largest = Math.max(this.#largest, wanted.size);
      if ((wanted.usage & GPUBufferUsage.MAP_READ) !== 0) {
        return count(createBuffer(wanted), this.#staging);
      }
      if ((wanted.usage & GPUBufferUsage.STORAGE) === 0) {
        return count(createBuffer(wanted), this.#live);
      }
      const buffer = count(createGuarded(createBuffer, wanted), this.#live);
      const destroy = buffer.destroy.bind(buffer);
      buffer.destroy = () => {
        if (this.#live.has(buffer)) this.#checks.push(readGuard(own, buffer));
        destroy();
      };
      return buffer;
    };
  }
}

/** Keeps a buffer among others until it is destroyed. */
function count(buffer: GPUBuffer, among: Set<GPUBuffer>): GPUBuffer {
  among.add(buffer);
  const destroy = buffer.destroy.bind(buffer);
  buffer.destroy = () => {
    among.delete(buffer);
    destroy();
  };
  return buffer;
}

type CreateBuffer = GPUDevice['createBuffer'];

/** What the watching itself calls. */
interface OwnCalls {
  readonly createBuffer: CreateBuffer;
  readonly createCommandEncoder: GPUDevice['createCommandEncoder'];
  readonly submit: GPUQueue['submit'];
}

/** Where guards stand: buffers start them at a multiple of 8, as mapping asks for. */
function guardStart(size: number): number {
  return Math.ceil(size / 8) * 8;
}

function createGuarded(createBuffer: CreateBuffer, wanted: GPUBufferDescriptor): GPUBuffer {
  const start = guardStart(wanted.size);
  const buffer = createBuffer({ ...wanted, size: start + guardBytes, mappedAtCreation: true });
  new Uint32Array(buffer.getMappedRange(start, guardBytes)).fill(guardWord);
  buffer.unmap();
  return buffer;
}

/** What stands past the end of a buffer. */
interface Guard {
  readonly label: string;
  readonly guard?: Uint32Array<ArrayBuffer>;
}

async function readGuard(
  { createBuffer, createCommandEncoder, submit }: OwnCalls,
  buffer: GPUBuffer,
): Promise<Guard> {
  const { label, size } = buffer;
  const staging = createBuffer({
    size: guardBytes,
    usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
  });
  const encoder = createCommandEncoder();
  encoder.copyBufferToBuffer(buffer, size - guardBytes, staging, 0, guardBytes);
  submit([encoder.finish()]);
  const mapped = staging.mapAsync(GPUMapMode.READ).then(
    () => true,
    () => false,
  );
  if (!(await mapped)) return { label };
  const guard = new Uint32Array(staging.getMappedRange().slice(0));
  staging.destroy();
  return { label, guard };
}
