import { describe, expect, it } from 'vitest';
import { DyditError } from '../src/errors';
import { parseOptions } from './options';

describe('the command line', () => {
  it('measures the shipped model on everything where nothing is said', () => {
    expect(parseOptions([])).toEqual({
      json: undefined,
      backends: ['webgpu', 'wasm'],
      adapter: 'swiftshader',
      runtime: 'chromium',
      features: [],
      configs: ['emoji'],
      lambda: 0.5,
      batch: 2,
      modes: ['static', 'width', 'tokens', 'both'],
      threads: [1, 2],
      peers: false,
      repeats: 5,
    });
  });

  it('takes lists between commas, each part once', () => {
    const options = parseOptions([
      ...['--json', 'a.json', '--backends', 'wasm', '--config', 'xl2, s2,xl2', '--batch', '3'],
      ...['--modes', 'both', '--threads', '4,1', '--peers', '--repeats', '1'],
      ...['--adapter', 'native', '--features', 'shader-f16', '--lambda', '0.3'],
    ]);
    expect(options).toEqual({
      json: 'a.json',
      backends: ['wasm'],
      adapter: 'native',
      runtime: 'chromium',
      features: ['shader-f16'],
      configs: ['xl2', 's2'],
      lambda: 0.3,
      batch: 3,
      modes: ['both'],
      threads: [4, 1],
      peers: true,
      repeats: 1,
    });
  });

  it('measures lavapipe in Node, which Chromium does not take', () => {
    const { runtime, backends } = parseOptions(['--adapter', 'lavapipe']);
    expect({ runtime, backends }).toEqual({ runtime: 'node', backends: ['webgpu'] });
  });

  it.each([
    { args: ['--backends', 'webgl'], names: '--backends', allowed: 'webgpu, wasm' },
    { args: ['--adapter', 'card'], names: '--adapter', allowed: 'swiftshader, lavapipe, native' },
    { args: ['--runtime', 'deno'], names: '--runtime', allowed: 'chromium, node' },
    { args: ['--lambda', '0.4'], names: '--lambda', allowed: '0.3, 0.5, 0.7' },
    {
      args: ['--adapter', 'lavapipe', '--runtime', 'chromium'],
      names: 'lavapipe',
      allowed: 'node',
    },
    {
      args: ['--runtime', 'node', '--backends', 'wasm'],
      names: '--runtime node',
      allowed: 'webgpu',
    },
    { args: ['--runtime', 'node', '--peers'], names: '--peers', allowed: 'chromium' },
    { args: ['--config', 'emoji,xl'], names: '--config', allowed: 'emoji, s2, b2, l2, xl2' },
    { args: ['--modes', ''], names: '--modes', allowed: 'static, width, tokens, both' },
    { args: ['--threads', '1,0'], names: '--threads', allowed: '1 to 64' },
    { args: ['--threads', '1.5'], names: '--threads', allowed: '1 to 64' },
    { args: ['--batch', 'two'], names: '--batch', allowed: '1 to 32' },
    { args: ['--repeats', '0'], names: '--repeats', allowed: '1 to 1000' },
    { args: ['--repeat', '3'], names: '--repeat', allowed: '' },
    { args: ['emoji'], names: 'emoji', allowed: '' },
  ])('refuses $args, saying what it may be', ({ args, names, allowed }) => {
    const refusal = catchError(() => parseOptions(args));
    expect(refusal.code).toBe('invalid-request');
    expect(refusal.message).toContain(names);
    expect(refusal.message).toContain(allowed);
    expect(refusal.advice).toContain('npm run bench');
  });
});

function catchError(work: () => unknown): DyditError {
  try {
    work();
  } catch (error) {
    return DyditError.from(error);
  }
  throw new Error('Nothing was refused.');
}
