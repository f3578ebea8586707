/** Every block starts at a multiple of this: a cache line. */
const alignment = 64;

/** Free memory between two addresses. */
interface Gap {
  start: number;
  end: number;
}

/**
 * Shares out addresses from `start` up. Takes the smallest gap that fits and joins neighbours when
 * they are freed, so that run after run of the same sizes finds the same places.
 */
export class Allocator {
  /** Ascending, never touching each other. */
  readonly #gaps: Gap[] = [];
  readonly #sizes = new Map<number, number>();
  #end: number;
  #liveBytes = 0;

  /** @param limit first address that can never be had */
  constructor(
    start: number,
    private readonly limit: number,
  ) {
    this.#end = roundUp(start);
  }

  /** Blocks that are not freed. */
  get liveCount(): number {
    return this.#sizes.size;
  }

  /** Bytes of those, rounded up to whole cache lines. */
  get liveBytes(): number {
    return this.#liveBytes;
  }

  /** First address above everything ever given out. */
  get end(): number {
    return this.#end;
  }

  /** Address of a block, or undefined where there is no room. */
  allocate(bytes: number): number | undefined {
    const size = roundUp(Math.max(bytes, 1));
    const address = this.#fromGap(size) ?? this.#fromEnd(size);
    if (address === undefined) return undefined;
    this.#sizes.set(address, size);
    this.#liveBytes += size;
    return address;
  }

  /** Gives a block back; one that is not given out is left alone. */
  free(address: number): void {
    const size = this.#sizes.get(address);
    if (size === undefined) return;
    this.#sizes.delete(address);
    this.#liveBytes -= size;
    this.#insert({ start: address, end: address + size });
  }

  #fromGap(size: number): number | undefined {
    let best = -1;
    let bestRoom = Infinity;
    for (const [i, { start, end }] of this.#gaps.entries()) {
      const room = end - start;
      if (room >= size && room < bestRoom) [best, bestRoom] = [i, room];
    }
    if (best < 0) return undefined;
    const gap = this.#gaps[best];
    const address = gap.start;
    gap.start += size;
    if (gap.start === gap.end) this.#gaps.splice(best, 1);
    return address;
  }

  #fromEnd(size: number): number | undefined {
    const last = this.#gaps.at(-1);
    const start = last?.end === this.#end ? last.start : this.#end;
    if (start + size > this.limit) return undefined;
    if (start !== this.#end) this.#gaps.pop();
    this.#end = start + size;
    return start;
  }

  #insert(gap: Gap): void {
    const found = this.#gaps.findIndex(({ start }) => start > gap.start);
    const at = found < 0 ? this.#gaps.length : found;
    this.#gaps.splice(at, 0, gap);
    this.#joinWithNext(at);
    if (at > 0) this.#joinWithNext(at - 1);
  }

  #joinWithNext(index: number): void {
    const gap = this.#gaps[index];
    const next = this.#gaps.at(index + 1);
    if (next?.start !== gap.end) return;
    gap.end = next.end;
    this.#gaps.splice(index + 1, 1);
  }
}

function roundUp(bytes: number): number {
  return Math.ceil(bytes / alignment) * alignment;
}
