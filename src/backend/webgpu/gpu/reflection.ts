import { ResourceType, WgslReflect, type VariableInfo } from 'wgsl_reflect';

/** Values of `override` constants. */
export type Overrides = Readonly<Record<string, number>>;

/** What the host needs to know of a shader, read from its text. */
export interface Reflection {
  /** Variables of group 0. */
  readonly variables: readonly VariableInfo[];
  /** Values of module constants and of `override` constants. */
  readonly constants: ReadonlyMap<string, number>;
  /** Threads of a workgroup along x, y, z: numbers, or names of constants. */
  readonly workgroup: readonly string[];
}

/**
 * @param overrides values in place of the defaults; constants that are made of them follow
 * @throws Error where the text is no WGSL
 */
export function reflectShader(code: string, overrides: Overrides = {}): Reflection {
  const reflect = new WgslReflect(withOverrides(code, overrides));
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

/** The text with other defaults. */
function withOverrides(code: string, overrides: Overrides): string {
  return code.replace(/^(override (\w+)[^=;]*=)[^;]*;/gm, (whole, head: string, name: string) =>
    Object.hasOwn(overrides, name) ? `${head} ${overrides[name]};` : whole,
  );
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
