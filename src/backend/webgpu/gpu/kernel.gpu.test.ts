import { afterAll, describe, expect, test } from 'vitest';
import { DyditError } from '../../../errors';
import { withMembers } from '../testing/changed-gpu';
import { readBuffer } from '../testing/read-buffer';
import { BufferArena } from './buffer';
import { requestGpu } from './device';
import { withErrorScopes } from './error-scope';
import { Kernel } from './kernel';

const gpu = await requestGpu(navigator.gpu);
afterAll(() => gpu.device.destroy());

/** y[i] = factor * x[i] + offset, for i below count. */
const scaleAndShift = `
override WORKGROUP: u32 = 4;
struct Dims { count: u32, factor: f32, offset: f32 }
@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(5) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < dims.count) {
    y[id.x] = dims.factor * x[id.x] + dims.offset;
  }
}
`;

const dims = { count: 5, factor: 2, offset: 0.5 };

async function withKernel(
  work: (kernel: Kernel, arena: BufferArena) => Promise<void> | void,
): Promise<void> {
  await withErrorScopes(gpu, 'testing', async () => {
    const arena = new BufferArena(gpu, 'Test');
    await work(await Kernel.compile(gpu, 'scaleAndShift', scaleAndShift), arena);
    arena.destroy();
  });
}

async function failure(work: () => unknown): Promise<DyditError> {
  try {
    await work();
  } catch (error) {
    if (error instanceof DyditError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('Kernel.compile', () => {
  test('a compiler that says nothing: shader-failed all the same', async () => {
    const device = withMembers(gpu.device, {
      createShaderModule: (wanted: GPUShaderModuleDescriptor) => {
        const made = gpu.device.createShaderModule(wanted);
        made.getCompilationInfo = () => Promise.reject(new DOMException('gone', 'AbortError'));
        return made;
      },
      createComputePipelineAsync: () => Promise.reject(new Error('out of ink')),
    });
    const { code, message } = await failure(() =>
      Kernel.compile({ ...gpu, device }, 'mute', scaleAndShift),
    );
    expect(code).toBe('shader-failed');
    expect(message).toContain('out of ink');
  });

  test('an unknown name: shader-failed with line, column and source', async () => {
    const code = scaleAndShift.replace('dims.factor * x', 'dims.factor * xx');
    const lineOfError = code.split('\n').findIndex((line) => line.includes('xx[')) + 1;
    const column = code.split('\n')[lineOfError - 1].indexOf('xx[') + 1;
    const { code: kind, message } = await failure(() => Kernel.compile(gpu, 'broken', code));
    expect(kind).toBe('shader-failed');
    expect(message).toContain('broken');
    expect(message).toContain(`${lineOfError}:${column} `);
    expect(message).toContain(`${lineOfError}      y[id.x] = dims.factor * xx[id.x]`);
  });

  test('text that is no WGSL: shader-failed', async () => {
    const error = await failure(() => Kernel.compile(gpu, 'noise', 'fn main( {'));
    expect(error.code).toBe('shader-failed');
    expect(error.message).toContain('fn main( {');
  });

  test('a workgroup larger than the device allows: shader-failed', async () => {
    const error = await failure(() =>
      Kernel.compile(gpu, 'large', scaleAndShift, { WORKGROUP: 65536 }),
    );
    expect(error.code).toBe('shader-failed');
  });
});

describe('Kernel.bind', () => {
  test('binds by name, packs uniforms by member, dispatches', async () => {
    await withKernel(async (kernel, arena) => {
      const x = arena.upload('x', Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8));
      const y = arena.upload('y', new Float32Array(8).fill(-1));
      const bound = arena.adopt(kernel.bind('Test.kernel', { x, y }, { dims }));
      const encoder = gpu.device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      bound.dispatch(pass, 2);
      pass.end();
      gpu.device.queue.submit([encoder.finish()]);
      const result = new Float32Array(await readBuffer(gpu, y));
      expect([...result]).toEqual([2.5, 4.5, 6.5, 8.5, 10.5, -1, -1, -1]);
    });
  });

  test('a uniform buffer can be rewritten between submissions', async () => {
    await withKernel(async (kernel, arena) => {
      const x = arena.upload('x', Float32Array.of(1, 1, 1, 1));
      const y = arena.create('y', 16);
      const uniform = arena.adopt(kernel.createUniform('Test.kernel', 'dims'));
      const bound = arena.adopt(kernel.bind('Test.kernel', { x, y, dims: uniform.buffer }));
      for (const offset of [10, 20]) {
        uniform.write({ count: 4, factor: 1, offset });
        const encoder = gpu.device.createCommandEncoder();
        const pass = encoder.beginComputePass();
        bound.dispatch(pass, 1);
        pass.end();
        gpu.device.queue.submit([encoder.finish()]);
        const expected = new Array<number>(4).fill(1 + offset);
        expect([...new Float32Array(await readBuffer(gpu, y))]).toEqual(expected);
      }
    });
  });

  test.each([
    ['a missing binding', ['x'], dims, '"y" is missing'],
    ['an unknown binding', ['x', 'y', 'z'], dims, 'no binding "z"'],
    ['a missing uniform member', ['x', 'y'], { count: 1, factor: 1 }, '"offset" is missing'],
    ['an unknown uniform member', ['x', 'y'], { ...dims, scale: 1 }, 'no uniform member "scale"'],
  ])('names %s', async (_, names, values, expected) => {
    await withKernel(async (kernel, arena) => {
      const buffers = Object.fromEntries(names.map((name) => [name, arena.create(name, 16)]));
      const error = await failure(() => kernel.bind('Block0.norm', buffers, { dims: values }));
      expect(error.code).toBe('internal');
      expect(error.message).toContain(expected);
      expect(error.message).toContain('Block0.norm');
    });
  });

  test('names an unknown uniform', async () => {
    await withKernel(async (kernel, arena) => {
      const [x, y] = [arena.create('x', 16), arena.create('y', 16)];
      const bind = await failure(() => kernel.bind('Test', { x, y }, { dims, sizes: {} }));
      expect(bind.message).toContain('"sizes"');
      const create = await failure(() => kernel.createUniform('Test', 'sizes'));
      expect(create.message).toContain('"sizes"');
    });
  });
});

describe('BoundKernel.expectGrid', () => {
  test('a grid larger than the device allows: limit-too-small', async () => {
    await withKernel(async (kernel, arena) => {
      const [x, y] = [arena.create('x', 16), arena.create('y', 16)];
      const bound = arena.adopt(kernel.bind('Test.kernel', { x, y }, { dims }));
      const most = gpu.device.limits.maxComputeWorkgroupsPerDimension;
      expect(() => bound.expectGrid(1, most, 1)).not.toThrow();
      const error = await failure(() => bound.expectGrid(1, most + 1, 1));
      expect(error.code).toBe('limit-too-small');
      expect(error.message).toContain(`1 x ${most + 1} x 1`);
    });
  });
});

describe('what is read from the WGSL', () => {
  const shader = `
const LANES = 16u;
const TILE_ROWS = 4u * LANES;
override WORKGROUP: u32 = 8;
@group(0) @binding(0) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(WORKGROUP, LANES)
fn main(@builtin(global_invocation_id) id: vec3u) {
  y[id.x] = f32(TILE_ROWS);
}
`;

  test('constants, expressions of constants, and overrides', async () => {
    const plain = await Kernel.compile(gpu, 'sizes', shader);
    expect(plain.constant('TILE_ROWS')).toBe(64);
    expect(plain.constant('WORKGROUP')).toBe(8);
    expect(plain.workgroupSize).toEqual([8, 16, 1]);
    expect(plain.gridFor(9, 16)).toEqual([2, 1, 1]);
    const narrow = await Kernel.compile(gpu, 'sizes', shader, { WORKGROUP: 2 });
    expect(narrow.workgroupSize).toEqual([2, 16, 1]);
    expect(narrow.gridFor(9, 17, 3)).toEqual([5, 2, 3]);
  });

  test('names a constant that is not there', async () => {
    const kernel = await Kernel.compile(gpu, 'sizes', shader);
    const error = await failure(() => kernel.constant('TILE_COLUMNS'));
    expect(error.message).toContain('"TILE_COLUMNS"');
  });
});
