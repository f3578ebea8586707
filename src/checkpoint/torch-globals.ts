import type { CheckpointDtype } from './checkpoint';
import { elementCount, isSize } from './layout';
import type { PickleBytes } from './pickle-bytes';
import {
  type Construct,
  DictValue,
  GlobalValue,
  InertValue,
  type PickleValue,
  StorageValue,
  TensorValue,
  TupleValue,
} from './pickle-values';
import type { PickleHost } from './pickle';
import { describeLayout, fits, type StridedLayout } from './strided';

const storageDtypes: ReadonlyMap<string, CheckpointDtype> = new Map([
  ['torch.DoubleStorage', 'f64'],
  ['torch.FloatStorage', 'f32'],
  ['torch.HalfStorage', 'f16'],
  ['torch.BFloat16Storage', 'bf16'],
  ['torch.LongStorage', 'i64'],
  ['torch.IntStorage', 'i32'],
  ['torch.ShortStorage', 'i16'],
  ['torch.CharStorage', 'i8'],
  ['torch.ByteStorage', 'u8'],
  ['torch.BoolStorage', 'bool'],
]);

const constructors: readonly (readonly [string, Construct])[] = [
  ['collections.OrderedDict', makeOrderedDict],
  ['torch.Size', makeSize],
  ['torch._utils._rebuild_tensor_v2', rebuildTensor],
  ['torch._utils._rebuild_parameter', rebuildParameter],
];

/**
 * Types that training scripts leave beside the weights (`args`, scheduler, scalars of numpy).
 * Their objects are placeholders without content.
 */
const inertTypes: readonly string[] = [
  'argparse.Namespace',
  'collections.Counter',
  'collections.defaultdict',
  'pathlib.PosixPath',
  'pathlib.WindowsPath',
  'pathlib._local.PosixPath',
  'pathlib._local.WindowsPath',
  'torch.device',
  'numpy.dtype',
  'numpy.core.multiarray.scalar',
  'numpy._core.multiarray.scalar',
  '_codecs.encode',
  '__builtin__.set',
  'builtins.set',
];

/** Types that may be mentioned, as an argument, but not called. */
const mentionedTypes: readonly string[] = [
  '__builtin__.dict',
  'builtins.dict',
  '__builtin__.list',
  'builtins.list',
  '__builtin__.int',
  'builtins.int',
  'torch.float64',
  'torch.float32',
  'torch.float16',
  'torch.bfloat16',
];

/** All of Python that a checkpoint made by torch.save may refer to. */
export const torchHost: PickleHost = {
  globals: new Map(
    [
      ...constructors.map(([name, construct]) => new GlobalValue(name, construct)),
      ...inertTypes.map((name) => new GlobalValue(name, () => new InertValue(name))),
      ...mentionedTypes.map((name) => new GlobalValue(name)),
      ...[...storageDtypes.keys()].map((name) => new GlobalValue(name)),
    ].map((value) => [value.name, value]),
  ),
  persistentLoad: loadStorage,
};

/** Reads `('storage', type, key, location, element count)`. */
function loadStorage(id: PickleValue, bytes: PickleBytes): StorageValue {
  if (id instanceof TupleValue && id.items.length === 5) {
    const [tag, type, key, location, elementCount] = id.items;
    if (
      tag === 'storage' &&
      type instanceof GlobalValue &&
      typeof key === 'string' &&
      typeof location === 'string' &&
      isSize(elementCount)
    ) {
      const dtype = storageDtypes.get(type.name);
      if (dtype) return new StorageValue(key, dtype, elementCount);
    }
  }
  throw bytes.fault('a reference that describes no storage');
}

function makeOrderedDict(...[args, bytes]: Parameters<Construct>): DictValue {
  if (args.length > 0) throw bytes.fault('an OrderedDict with arguments');
  return new DictValue();
}

function makeSize(...[args, bytes]: Parameters<Construct>): TupleValue {
  const [sizes] = args;
  if (args.length !== 1 || !(sizes instanceof TupleValue))
    throw bytes.fault('torch.Size of no tuple');
  return sizes;
}

/** (storage, offset, shape, strides, requires_grad, hooks[, metadata]) */
function rebuildTensor(...[args, bytes]: Parameters<Construct>): TensorValue {
  const [storage, offset, shape, strides, , , metadata = null] = args;
  const shapeSizes = sizesOf(shape);
  const strideSizes = sizesOf(strides);
  if (
    args.length < 6 ||
    args.length > 7 ||
    !(storage instanceof StorageValue) ||
    !isSize(offset) ||
    !shapeSizes ||
    !strideSizes
  ) {
    throw bytes.fault('the arguments of a tensor describe none');
  }
  // Marks a view that negates or conjugates on reading; PyTorch only makes them of complex tensors.
  if (metadata !== null && !(metadata instanceof DictValue && metadata.entries.length === 0)) {
    throw bytes.refusal('a tensor that is negated or conjugated on reading');
  }
  const layout: StridedLayout = { offset, shape: shapeSizes, strides: strideSizes };
  const count = elementCount(shapeSizes);
  if (count === undefined || !fits(layout, storage.elementCount)) {
    throw bytes.fault(
      `a tensor of ${describeLayout(layout)} leaves its storage of ${storage.elementCount} elements`,
    );
  }
  // Strides of 0 could make any size of a few bytes; no weight is stored so.
  if (count > storage.elementCount) {
    throw bytes.refusal(`a tensor of ${describeLayout(layout)} repeats elements of its storage`);
  }
  return new TensorValue(storage, offset, shapeSizes, strideSizes);
}

/** (tensor, requires_grad, hooks) */
function rebuildParameter(...[args, bytes]: Parameters<Construct>): TensorValue {
  const [tensor] = args;
  if (args.length !== 3 || !(tensor instanceof TensorValue)) {
    throw bytes.fault('the arguments of a parameter describe none');
  }
  return tensor;
}

function sizesOf(value: PickleValue): readonly number[] | undefined {
  return value instanceof TupleValue && value.items.every(isSize) ? value.items : undefined;
}
