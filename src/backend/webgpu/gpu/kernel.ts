import { ResourceType } from 'wgsl_reflect';
import { DyditError } from '../../../errors';
import type { Gpu } from './device';
import { lossOf } from './failure';
import { bufferType, reflectShader, type Overrides, type Reflection } from './reflection';
import { UniformBuffer, type UniformValues } from './uniform';

/** Buffers by the name of the WGSL variable they are bound to. */
export type Bindings = Readonly<Record<string, GPUBuffer>>;

/** Uniform structs by the name of their WGSL variable. */
export type Uniforms = Readonly<Record<string, UniformValues>>;

/** Workgroups along x, y and z. */
export type GridSize = readonly [x: number, y: number, z: number];

/**
 * A compiled compute shader. Bindings, uniform layouts, workgroup sizes and constants are read from
 * the WGSL, so the source is the only place that states them.
 */
export class Kernel {
  readonly #layout: GPUBindGroupLayout;
  readonly #pipeline: GPUComputePipeline;
  readonly #reflection: Reflection;

  private constructor(
    readonly gpu: Gpu,
    readonly label: string,
    compiled: {
      readonly layout: GPUBindGroupLayout;
      readonly pipeline: GPUComputePipeline;
      readonly reflection: Reflection;
    },
  ) {
    this.#layout = compiled.layout;
    this.#pipeline = compiled.pipeline;
    this.#reflection = compiled.reflection;
  }

  /**
   * Compiles WGSL with one compute entry point and its bindings in group 0.
   * @throws DyditError `shader-failed` with line, column and the composed source; `device-lost`
   */
  static async compile(
    gpu: Gpu,
    label: string,
    code: string,
    overrides: Overrides = {},
  ): Promise<Kernel> {
    const { device } = gpu;
    let module: GPUShaderModule | undefined;
    try {
      module = device.createShaderModule({ label, code });
      const reflection = reflectShader(code, overrides);
      const layout = device.createBindGroupLayout({
        label: `${label}.layout`,
        entries: reflection.variables.map((variable) => ({
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
      return new Kernel(gpu, label, { layout, pipeline, reflection });
    } catch (cause) {
      const lost = await lossOf(gpu);
      if (lost) throw DyditError.fromReport(lost);
      throw compileError(label, code, await messagesOf(module), cause);
    }
  }

  /**
   * Value of a `const` or `override` of the shader.
   * @throws DyditError `internal` where there is none of this name
   */
  constant(name: string): number {
    const value = this.#reflection.constants.get(name);
    if (value === undefined) throw this.#misuse('constant', `there is no constant "${name}"`);
    return value;
  }

  /** Threads of a workgroup along x, y and z. */
  get workgroupSize(): GridSize {
    const [x, y, z] = this.#reflection.workgroup.map((text) =>
      /^\d/.test(text) ? parseInt(text, 10) : this.constant(text),
    );
    return [x, y, z];
  }

  /** Workgroups that give at least this many threads along x, y and z. */
  gridFor(x: number, y = 1, z = 1): GridSize {
    const size = this.workgroupSize;
    return [Math.ceil(x / size[0]), Math.ceil(y / size[1]), Math.ceil(z / size[2])];
  }

  /**
   * Makes a bind group, and a buffer for each uniform whose values are given here; a uniform that
   * changes between dispatches comes as a buffer of its own.
   * @param name label of this use, `Module.thing`
   * @throws DyditError `internal` where a binding or member is missing or unknown
   */
  bind(name: string, buffers: Bindings, uniforms: Uniforms = {}): BoundKernel {
    const { variables } = this.#reflection;
    const known = new Set(variables.map((variable) => variable.name));
    for (const key of [...Object.keys(buffers), ...Object.keys(uniforms)]) {
      if (!known.has(key)) throw this.#misuse(name, `there is no binding "${key}"`);
    }
    const given = new Map(Object.entries(buffers));
    const owned: UniformBuffer[] = [];
    try {
      const entries = variables.map((variable) => {
        let buffer = given.get(variable.name);
        if (!buffer && variable.resourceType === ResourceType.Uniform) {
          const uniform = new UniformBuffer(this.gpu, name, variable);
          owned.push(uniform);
          uniform.write(uniforms[variable.name] ?? {});
          buffer = uniform.buffer;
        }
        if (!buffer) throw this.#misuse(name, `binding "${variable.name}" is missing`);
        return { binding: variable.binding, resource: { buffer } };
      });
      const group = this.gpu.device.createBindGroup({
        label: name,
        layout: this.#layout,
        entries,
      });
      return new BoundKernel(this.gpu, name, { pipeline: this.#pipeline, group, owned });
    } catch (error) {
      for (const uniform of owned) uniform.destroy();
      throw error;
    }
  }

  /**
   * A uniform buffer for a struct that changes between dispatches.
   * @param variable name of the WGSL variable
   */
  createUniform(name: string, variable: string): UniformBuffer {
    const info = this.#reflection.variables.find((candidate) => candidate.name === variable);
    if (!info) throw this.#misuse(name, `there is no uniform "${variable}"`);
    return new UniformBuffer(this.gpu, name, info);
  }

  #misuse(name: string, problem: string): DyditError {
    return new DyditError('internal', `${name} (${this.label}): ${problem}.`);
  }
}

/** A kernel with its buffers: ready to be dispatched any number of times without allocating. */
export class BoundKernel {
  readonly #gpu: Gpu;
  readonly #pipeline: GPUComputePipeline;
  readonly #group: GPUBindGroup;
  readonly #owned: readonly UniformBuffer[];

  constructor(
    gpu: Gpu,
    readonly label: string,
    made: {
      readonly pipeline: GPUComputePipeline;
      readonly group: GPUBindGroup;
      readonly owned: readonly UniformBuffer[];
    },
  ) {
    this.#gpu = gpu;
    this.#pipeline = made.pipeline;
    this.#group = made.group;
    this.#owned = made.owned;
  }

  /** @throws DyditError `limit-too-small` where the grid is larger than the device allows */
  expectGrid(x: number, y: number, z: number): void {
    const most = this.#gpu.device.limits.maxComputeWorkgroupsPerDimension;
    if (Math.max(x, y, z) <= most) return;
    throw new DyditError(
      'limit-too-small',
      `${this.label} needs a grid of ${x} x ${y} x ${z} workgroups, and this adapter allows ${most} a side.`,
      'Generate fewer images at once, or use a smaller model.',
    );
  }

  dispatch(pass: GPUComputePassEncoder, x: number, y = 1, z = 1): void {
    pass.setPipeline(this.#pipeline);
    pass.setBindGroup(0, this.#group);
    pass.dispatchWorkgroups(x, y, z);
  }

  /** Frees the uniform buffers; the bound data buffers belong to their arenas. */
  destroy(): void {
    for (const uniform of this.#owned) uniform.destroy();
  }
}

/** What the compiler said, where it says anything. */
async function messagesOf(
  module: GPUShaderModule | undefined,
): Promise<readonly GPUCompilationMessage[]> {
  try {
    return (await module?.getCompilationInfo())?.messages ?? [];
  } catch {
    return [];
  }
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
