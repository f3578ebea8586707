/** A view of a run of elements; offset and strides count elements. */
export interface StridedLayout {
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

/** True where the view has as many strides as axes and lies inside `available` elements. */
export function fits(layout: StridedLayout, available: number): boolean {
  return layout.shape.length === layout.strides.length && layout.offset + span(layout) <= available;
}

/** Elements from the first to the last that the view touches, both included. */
export function span({ shape, strides }: StridedLayout): number {
  if (shape.includes(0)) return 0;
  return 1 + shape.reduce((sum, size, axis) => sum + (size - 1) * strides[axis], 0);
}

/** True where the elements already lie one after another, row-major. */
export function isContiguous({ shape, strides }: StridedLayout): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    // The stride of an axis of one element is never used.
    if (shape[axis] !== 1 && strides[axis] !== expected) return shape.includes(0);
    expected *= shape[axis];
  }
  return true;
}

/**
 * Copies a view's elements into row-major order.
 *
 * @param source bytes from the view's first element on, `span` elements
 * @param elementBytes bytes of one element
 */
export function gather(
  source: Uint8Array,
  { shape, strides }: StridedLayout,
  elementBytes: number,
): Uint8Array<ArrayBuffer> {
  const count = shape.reduce((product, size) => product * size, elementBytes);
  const target = new Uint8Array(count);
  let written = 0;
  const copy = (axis: number, from: number): void => {
    if (axis === shape.length) {
      for (let i = 0; i < elementBytes; i++) target[written++] = source[from + i];
      return;
    }
    const step = strides[axis] * elementBytes;
    for (let i = 0; i < shape[axis]; i++) copy(axis + 1, from + i * step);
  };
  if (count > 0) copy(0, 0);
  return target;
}

/** The view in words, for messages. */
export function describeLayout({ offset, shape, strides }: StridedLayout): string {
  return `shape [${list(shape)}] with strides [${list(strides)}] from element ${offset}`;
}

function list(sizes: readonly number[]): string {
  const longest = 8;
  return sizes.length > longest ? `${sizes.slice(0, longest).join(', ')}, ...` : sizes.join(', ');
}
