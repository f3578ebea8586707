import type { CheckpointDtype, CheckpointTensor } from './tensor';
import { guarded, quoted, unsupported } from './failure';
import { floatToHalf, halfToFloat, halvesToFloats } from './half';
import { release } from './release';

/**
 * Reads a tensor of any element type as f32; integers, booleans (0 or 1) and f64 are rounded to
 * the nearest f32.
 *
 * @returns `elementCount` numbers, row-major
 * @throws DyditError as `guarded` does where the file can't be read, `checkpoint-unsupported` where
 *   a finite f64 is too large for f32
 */
export function readFloat32(tensor: CheckpointTensor): Promise<Float32Array<ArrayBuffer>> {
  return guarded(`Tensor ${quoted(tensor.name)}`, async () => {
    const elements = await readElements(tensor);
    if (elements instanceof Float32Array) return elements;
    const floats = new Float32Array(elements);
    if (tensor.dtype === 'f64') checkOverflow(tensor, elements, (i) => Math.abs(floats[i]), 'f32');
    release(elements);
    return floats;
  });
}

/**
 * Reads a tensor as half-precision bits: as they are where it is stored as f16, otherwise rounded
 * to the nearest half, ties to even.
 *
 * @returns `elementCount` halves, row-major
 * @throws DyditError as `guarded` does where the file can't be read, `checkpoint-unsupported` where
 *   a finite number is too large for f16
 */
export function readHalfBits(tensor: CheckpointTensor): Promise<Uint16Array<ArrayBuffer>> {
  return guarded(`Tensor ${quoted(tensor.name)}`, async () => {
    if (tensor.dtype === 'f16') return new Uint16Array(aligned(await tensor.bytes()));
    const elements = await readElements(tensor);
    const halves = new Uint16Array(elements.length);
    for (let i = 0; i < halves.length; i++) halves[i] = floatToHalf(elements[i]);
    checkOverflow(tensor, elements, (i) => halfToFloat(halves[i] & 0x7fff), 'f16');
    release(elements);
    return halves;
  });
}

/**
 * Reads a tensor's numbers as exactly as they are stored; throws as `readFloat32`.
 * @returns `elementCount` numbers, row-major
 */
export function readNumbers(tensor: CheckpointTensor): Promise<Elements> {
  return guarded(`Tensor ${quoted(tensor.name)}`, () => readElements(tensor));
}

async function readElements(tensor: CheckpointTensor): Promise<Elements> {
  const bytes = await tensor.bytes();
  const elements = viewElements(bytes, tensor.dtype);
  if (elements.buffer !== bytes.buffer) release(bytes);
  return elements;
}

type Elements =
  | Float64Array<ArrayBuffer>
  | Float32Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Int16Array<ArrayBuffer>
  | Int8Array<ArrayBuffer>
  | Uint8Array<ArrayBuffer>;

/**
 * The numbers of a tensor without loss, except i64 past 2^53. Typed arrays have the machine's byte
 * order; every machine with WebGPU is little-endian, as the files are.
 */
function viewElements(bytes: Uint8Array<ArrayBuffer>, dtype: CheckpointDtype): Elements {
  const buffer = aligned(bytes);
  switch (dtype) {
    case 'f64':
      return new Float64Array(buffer);
    case 'f32':
      return new Float32Array(buffer);
    case 'f16':
      return halvesToFloats(new Uint16Array(buffer));
    case 'bf16':
      return widenBfloat16(new Uint16Array(buffer));
    case 'i64':
      return narrowIntegers(new BigInt64Array(buffer));
    case 'i32':
      return new Int32Array(buffer);
    case 'i16':
      return new Int16Array(buffer);
    case 'i8':
      return new Int8Array(buffer);
    case 'u8':
      return new Uint8Array(buffer);
    case 'bool':
      return new Uint8Array(buffer).map((byte) => (byte === 0 ? 0 : 1));
  }
}

function narrowIntegers(integers: BigInt64Array): Float64Array<ArrayBuffer> {
  const numbers = new Float64Array(integers.length);
  for (let i = 0; i < numbers.length; i++) numbers[i] = Number(integers[i]);
  return numbers;
}

/** A bfloat16 is the upper half of the f32 of the same value. */
function widenBfloat16(halves: Uint16Array): Float32Array<ArrayBuffer> {
  const words = new Uint32Array(halves.length);
  for (let i = 0; i < words.length; i++) words[i] = halves[i] << 16;
  return new Float32Array(words.buffer);
}

/** The buffer that holds exactly these bytes, so that a view of wider elements may start at 0. */
function aligned(bytes: Uint8Array<ArrayBuffer>): ArrayBuffer {
  const whole = bytes.byteLength === bytes.buffer.byteLength;
  return whole ? bytes.buffer : bytes.slice().buffer;
}

function checkOverflow(
  tensor: CheckpointTensor,
  elements: Elements,
  magnitude: (index: number) => number,
  target: 'f16' | 'f32',
): void {
  for (let i = 0; i < elements.length; i++) {
    if (magnitude(i) === Infinity && Number.isFinite(elements[i])) {
      throw unsupported(
        `Element ${i} of tensor ${quoted(tensor.name)} is ${elements[i]}, too large for ${target}.`,
        target === 'f16' ? 'Use the weights in f32.' : 'Save the checkpoint in F32.',
      );
    }
  }
}
