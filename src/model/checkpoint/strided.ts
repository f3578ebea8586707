import { elementCount } from './layout';

/** A view of a run of elements; offset and strides count elements. */
export interface StridedLayout {
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

/**
 * What is wrong with a view of a storage of `available` elements, in words, or undefined where
 * it lies inside.
 */
export function layoutProblem(layout: StridedLayout, available: number): string | undefined {
  const { offset, shape, strides } = layout;
  const count = elementCount(shape);
  if (count === undefined || shape.length !== strides.length) {
    return `a tensor of shape [${describe(shape)}] with strides [${describe(strides)}]`;
  }
  if (offset + span(layout) > available) {
    return (
      `a tensor of shape [${describe(shape)}] with strides [${describe(strides)}] from element ` +
      `${offset} leaves its storage of ${available} elements`
    );
  }
  // A stride of 0 repeats elements without end; no weight is stored so, and it bounds memory.
  if (count > available) {
    return `a tensor of ${count} elements repeats those of a storage of ${available}`;
  }
  return undefined;
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

function describe(sizes: readonly number[]): string {
  const longest = 8;
  return sizes.length > longest ? `${sizes.slice(0, longest).join(', ')}, ...` : sizes.join(', ');
}
