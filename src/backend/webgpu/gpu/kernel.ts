import { ResourceType, WgslReflect, type VariableInfo } from 'wgsl_reflect';
import { DyditError } from '../../../errors';
import type { Gpu } from './device';

/** Buffers by the name of the WGSL variable they are bound to. */
export type Bindings = Readonly<Record<string, GPUBuffer>>;

/** Members of one uniform struct by name. */
export type UniformValues = Readonly<Record<string, number>>;

/** Uniform structs by the name of their WGSL variable. */
export type Uniforms = Readonly<Record<string, UniformValues>>;

/** Values of `override` constants. */
export type Overrides = Readonly<Record<string, number>>;

/**
 * A compiled compute shader. Binding and uniform layouts are read from the WGSL, so the source is
 * the only place that states them.
 */
export class Kernel {
  readonly #layout: GPUBindGroupLayout;
  readonly #pipeline: GPUComputePipeline;
  readonly #variables: readonly VariableInfo[];

  private constructor(
    readonly gpu: Gpu,
    readonly label: string,
    layout: GPUBindGroupLayout,
    pipeline: GPUComputePipeline,
    variables: readonly VariableInfo[],
  ) {
    this.#layout = layout;
    this.#pipeline = pipeline;
    this.#variables = variables;
  }

  /**
   * Compiles WGSL with one compute entry point and its bindings in group 0.
   * @throws DyditError `shader-failed` with line, column and the composed source
   */
  static async compile(
    gpu: Gpu,
    label: string,
    code: string,
    overrides: Overrides = {},
  ): Promise<Kernel> {
    const { device } = gpu;
    const module = device.createShaderModule({ label, code });
    try {
      const variables = reflectBindings(code);
      const layout = device.createBindGroupLayout({
        label: `${label}.layout`,
        entries: variables.map((variable) => ({
          binding: variable.binding,
          visibility: GPUShaderStage.COMPUTE,
          buffer: { type: bufferType(variable) },
        })),
      });
      const pipeline = await device.createComputePipelineAsync({
        label,
        layout: device.createPipelineLayout({
          label: `${label}.pipelineLayout`,
          bindGroupLayouts: [layout],
        }),
        compute: { module, constants: { ...overrides } },
      });
      return new Kernel(gpu, label, layout, pipeline, variables);
    } catch (cause) {
      const { messages } = await module.getCompilationInfo();
      throw compileError(label, code, messages, cause);
    }
  }

  /**
   * Makes a bind group, and a buffer for each uniform whose values are given here; a uniform that
   * changes between dispatches comes as a buffer of its own.
   * @param name label of this use, `Module.thing`
   * @throws DyditError `internal` where a binding or member is missing or unknown
   */
  bind(name: string, buffers: Bindings, uniforms: Uniforms = {}): BoundKernel {
    const known = new Set(this.#variables.map((variable) => variable.name));
    for (const key of [...Object.keys(buffers), ...Object.keys(uniforms)]) {
      if (!known.has(key)) throw this.#misuse(name, `there is no binding "${key}"`);
    }
    const given = new Map(Object.entries(buffers));
    const owned: GPUBuffer[] = [];
    const entries = this.#variables.map((variable) => {
      let buffer = given.get(variable.name);
      if (!buffer && variable.resourceType === ResourceType.Uniform) {
        buffer = uniformBuffer(this.gpu, name, variable, uniforms[variable.name] ?? {});
        owned.push(buffer);
      }
      if (!buffer) throw this.#misuse(name, `binding "${variable.name}" is missing`);
      return { binding: variable.binding, resource: { buffer } };
    });
    const group = this.gpu.device.createBindGroup({
      label: name,
      layout: this.#layout,
      entries,
    });
    return new BoundKernel(name, this.#pipeline, group, owned, this.gpu);
  }

  /**
   * A uniform buffer for a struct that changes between dispatches.
   * @param variable name of the WGSL variable
   */
  createUniform(name: string, variable: string): UniformBuffer {
    const info = this.#variables.find((candidate) => candidate.name === variable);
    if (!info) throw this.#misuse(name, `there is no uniform "${variable}"`);
    return new UniformBuffer(this.gpu, name, info);
  }

  #misuse(name: string, problem: string): DyditError {
    return misuse(`${name} (${this.label})`, problem);
  }
}

/** A kernel with its buffers: ready to be dispatched any number of times without allocating. */
export class BoundKernel {
  readonly #maxGroups: number;

  constructor(
    readonly label: string,
    private readonly pipeline: GPUComputePipeline,
    private readonly group: GPUBindGroup,
    private readonly owned: readonly GPUBuffer[],
    gpu: Gpu,
  ) {
    this.#maxGroups = gpu.device.limits.maxComputeWorkgroupsPerDimension;
  }

  /** @throws DyditError `limit-too-small` where the grid is larger than the device allows */
  dispatch(pass: GPUComputePassEncoder, x: number, y = 1, z = 1): void {
    if (Math.max(x, y, z) > this.#maxGroups) {
      throw new DyditError(
        'limit-too-small',
        `${this.label} needs a grid of ${x} x ${y} x ${z} workgroups, and this adapter allows ${this.#maxGroups} a side.`,
        'Generate fewer images at once, or use a smaller model.',
      );
    }
    pass.setPipeline(this.pipeline);
    pass.setBindGroup(0, this.group);
    pass.dispatchWorkgroups(x, y, z);
  }

  /** Takes the grid from three u32 at `byteOffset` of `args`. */
  dispatchIndirect(pass: GPUComputePassEncoder, args: GPUBuffer, byteOffset: number): void {
    pass.setPipeline(this.pipeline);
    pass.setBindGroup(0, this.group);
    pass.dispatchWorkgroupsIndirect(args, byteOffset);
  }

  /** Frees the uniform buffer; the bound data buffers belong to their arenas. */
  destroy(): void {
    for (const buffer of this.owned) buffer.destroy();
  }
}

/** A uniform struct that is rewritten between dispatches. */
export class UniformBuffer {
  readonly buffer: GPUBuffer;

  constructor(
    private readonly gpu: Gpu,
    private readonly name: string,
    private readonly variable: VariableInfo,
  ) {
    this.buffer = gpu.device.createBuffer({
      label: `${name}.${variable.name}`,
      size: Math.ceil(variable.size / 16) * 16,
      usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
    });
  }

  /** Takes effect for everything submitted after this call. */
  write(values: UniformValues): void {
    const data = packUniform(this.name, this.variable, values);
    this.gpu.device.queue.writeBuffer(this.buffer, 0, data);
  }

  destroy(): void {
    this.buffer.destroy();
  }
}

function misuse(name: string, problem: string): DyditError {
  return new DyditError('internal', `${name}: ${problem}.`);
}

function uniformBuffer(
  gpu: Gpu,
  name: string,
  variable: VariableInfo,
  values: UniformValues,
): GPUBuffer {
  const uniform = new UniformBuffer(gpu, name, variable);
  uniform.write(values);
  return uniform.buffer;
}

function packUniform(name: string, variable: VariableInfo, values: UniformValues): ArrayBuffer {
  const members = variable.members;
  if (!members) throw misuse(name, `uniform "${variable.name}" is not a struct`);
  const names = new Set(members.map((member) => member.name));
  for (const given of Object.keys(values)) {
    if (!names.has(given)) throw misuse(name, `there is no uniform member "${given}"`);
  }
  const data = new DataView(new ArrayBuffer(Math.ceil(variable.size / 16) * 16));
  for (const member of members) {
    const value = values[member.name];
    if (typeof value !== 'number') {
      throw misuse(name, `uniform member "${member.name}" is missing`);
    }
    if (member.type.name === 'f32') data.setFloat32(member.offset, value, true);
    else if (member.type.name === 'u32') data.setUint32(member.offset, value, true);
    else throw misuse(name, `uniform member "${member.name}" is neither u32 nor f32`);
  }
  return data.buffer;
}

/** Variables of group 0; wgsl_reflect leaves a hole at every binding number that is not used. */
function reflectBindings(code: string): readonly VariableInfo[] {
  const [variables = []] = new WgslReflect(code).getBindGroups();
  return variables.filter(Boolean);
}

function bufferType(variable: VariableInfo): GPUBufferBindingType {
  if (variable.resourceType === ResourceType.Uniform) return 'uniform';
  return variable.access === 'read_write' ? 'storage' : 'read-only-storage';
}

function compileError(
  label: string,
  code: string,
  messages: readonly GPUCompilationMessage[],
  cause: unknown,
): DyditError {
  const found = messages
    .map((message) => `${message.lineNum}:${message.linePos} ${message.message}`)
    .join('\n');
  const numbered = code
    .split('\n')
    .map((line, i) => `${String(i + 1).padStart(4)}  ${line}`)
    .join('\n');
  return new DyditError(
    'shader-failed',
    `The shader ${label} did not compile on this adapter.\n${found || String(cause)}\n${numbered}`,
    'Update the browser and the graphics driver; if it comes back, please report it.',
    { cause },
  );
}
