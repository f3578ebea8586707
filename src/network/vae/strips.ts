import { allRows, type Pixels, type RowSpan } from '../../ops/pixels';

/** What a decoder may hold at once. */
export interface DecoderMemory {
  /** Bytes of the rows of a picture that are normed at a time. */
  readonly strip: number;
  /** Bytes of a doubled picture that is held; of a larger one rows are made as they are needed. */
  readonly doubled: number;
}

/**
 * Strips: few beside what must be held whole, many beside the rows that neighbours make once more.
 * Doubled pictures: what every WebGPU device binds at once (`maxStorageBufferBindingSize`).
 */
export const usualMemory: DecoderMemory = { strip: 2 ** 24, doubled: 2 ** 27 };

/** Rows in strips of at most so many bytes each, an even number of them; at least two. */
export function stripsOf(
  { side, channels }: Pick<Source, 'side' | 'channels'>,
  bytes: number,
): readonly RowSpan[] {
  const rowBytes = 4 * side * channels;
  if (side * rowBytes <= bytes) return [allRows(side)];
  const rows = 2 * Math.max(1, Math.floor(bytes / rowBytes / 2));
  return Array.from({ length: Math.ceil(side / rows) }, (_, i) => {
    const first = i * rows;
    return { first, count: Math.min(rows, side - first) };
  });
}

/** A picture that layers read. */
export interface Source {
  /** Pixels a side. */
  readonly side: number;
  readonly channels: number;
  /** The whole picture; absent where rows are made as they are needed, each time anew. */
  readonly held?: Pixels;
  /** A tensor that holds at least these rows. */
  readonly rows: (rows: RowSpan) => Pixels;
}

/** A picture that is there. */
export function heldSource(held: Pixels): Source & { readonly held: Pixels } {
  const { side, tensor } = held;
  return { side, channels: tensor.axis.group, held, rows: () => held };
}

/** The rows of whole pairs that hold some rows. */
export function pairsOf({ first, count }: RowSpan): RowSpan {
  const start = first - (first % 2);
  return { first: start, count: 2 * Math.ceil((first + count - start) / 2) };
}
