import { ResourceType, WgslReflect, type VariableInfo } from 'wgsl_reflect';

/** What the host needs to know of a shader, read from its text. */
export interface Reflection {
  /** Variables of group 0. */
  readonly variables: readonly VariableInfo[];
  /** Values of module constants, and defaults of `override` constants. */
  readonly constants: ReadonlyMap<string, number>;
  /** Threads of a workgroup along x, y, z: numbers, or names of constants. */
  readonly workgroup: readonly string[];
}

/** @throws Error where the text is no WGSL */
export function reflectShader(code: string): Reflection {
  const reflect = new WgslReflect(code);
  // wgsl_reflect leaves a hole at every binding number that is not used.
  const [variables = []] = reflect.getBindGroups();
  const entry = reflect.entry.compute.at(0);
  const size = entry?.attributes?.find(({ name }) => name === 'workgroup_size')?.value ?? [];
  return {
    variables: variables.filter(Boolean),
    constants: reflect._constValues,
    // Where the attribute is more than names and numbers, its values for the defaults.
    workgroup: workgroupNames(size, entry?.workgroupSize ?? [1, 1, 1]),
  };
}

function workgroupNames(size: unknown, values: readonly number[]): readonly string[] {
  const written: readonly unknown[] = Array.isArray(size) ? size : [size];
  return values.map((value, axis) => {
    const text = written.at(axis);
    return axis < written.length && typeof text === 'string' && /^\w+$/.test(text)
      ? text
      : String(value);
  });
}

/** How a variable is bound. */
export function bufferType(variable: VariableInfo): GPUBufferBindingType {
  if (variable.resourceType === ResourceType.Uniform) return 'uniform';
  return variable.access === 'read_write' ? 'storage' : 'read-only-storage';
}
