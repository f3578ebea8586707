import type { CheckpointDtype } from './tensor';
import { quoted } from './failure';
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
  UnreadableTensor,
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
  ['torch._utils._rebuild_tensor_v3', rebuildTypedTensor],
  ['torch._utils._rebuild_parameter', rebuildParameter],
  ['torch._utils._rebuild_parameter_with_state', rebuildParameter],
  ['torch._tensor._rebuild_from_type_v2', rebuildSubclass],
];

/** The names of a file made by torch.save that mean something; all others stand for inert types. */
export const torchHost: PickleHost = {
  globals: new Map(
    [
      ...constructors.map(([name, construct]) => new GlobalValue(name, construct)),
      ...[...storageDtypes.keys()].map((name) => new GlobalValue(name)),
    ].map((value) => [value.name, value]),
  ),
  persistentLoad: loadStorage,
};

/** Reads `('storage', type, key, location, element count)`. */
function loadStorage(id: PickleValue, bytes: PickleBytes): StorageValue | UnreadableTensor {
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
      return new UnreadableTensor(`of the type ${quoted(type.name)}, which is not supported`);
    }
  }
  throw bytes.fault('a reference that describes no storage');
}

function makeOrderedDict(...[args]: Parameters<Construct>): DictValue | InertValue {
  return args.length > 0 ? new InertValue('collections.OrderedDict', args) : new DictValue();
}

function makeSize(...[args, bytes]: Parameters<Construct>): TupleValue {
  const [sizes] = args;
  if (args.length !== 1 || !(sizes instanceof TupleValue))
    throw bytes.fault('torch.Size of no tuple');
  return sizes;
}

/** (storage, offset, shape, strides, requires_grad, hooks[, metadata]) */
function rebuildTensor(...[args, bytes]: Parameters<Construct>): TensorValue | UnreadableTensor {
  if (args[0] instanceof UnreadableTensor) return args[0];
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
    return new UnreadableTensor('negated or conjugated on reading');
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
    return new UnreadableTensor(
      `of ${describeLayout(layout)}, which repeats elements of its storage`,
    );
  }
  return new TensorValue(storage, offset, shapeSizes, strideSizes);
}

/** (storage, offset, shape, strides, requires_grad, hooks, dtype[, metadata]): types without a storage class */
function rebuildTypedTensor(...[args]: Parameters<Construct>): UnreadableTensor {
  const dtype = args.at(6);
  const name = dtype instanceof GlobalValue ? dtype.name : 'unknown';
  return new UnreadableTensor(`of the type ${quoted(name)}, which is not supported`);
}

/** (tensor, requires_grad, hooks[, state]) */
function rebuildParameter(...[args, bytes]: Parameters<Construct>): TensorValue | UnreadableTensor {
  const [tensor] = args;
  const known = tensor instanceof TensorValue || tensor instanceof UnreadableTensor;
  if (args.length < 3 || args.length > 4 || !known) {
    throw bytes.fault('the arguments of a parameter describe none');
  }
  return tensor;
}

/** (function, subclass, its arguments, state): the tensor without what its subclass adds. */
function rebuildSubclass(...[args, bytes]: Parameters<Construct>): PickleValue {
  const [callee, , inner] = args;
  const known = callee instanceof GlobalValue && callee.construct !== rebuildSubclass;
  if (!known || !(inner instanceof TupleValue)) {
    throw bytes.fault('the arguments of a tensor subclass describe none');
  }
  return callee.construct?.(inner.items, bytes) ?? new InertValue(callee.name, inner.items);
}

function sizesOf(value: PickleValue): readonly number[] | undefined {
  return value instanceof TupleValue && value.items.every(isSize) ? value.items : undefined;
}
