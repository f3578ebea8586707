import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { openAsBlob } from 'node:fs';
import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readFloat32 } from '../../src/checkpoint/decode';
import { floatToHalf } from '../../src/checkpoint/half';
import { openCheckpoint } from '../../src/checkpoint/open';
import { expectedWeights } from '../../src/checkpoint/testing/field-files';
import {
  caseWeights,
  renamed,
  safetensorsFile,
  shards,
} from '../../src/engine/models/testing/field';

/* Files in every wrapping that people bring, through the commands as they are called. */

const command = fileURLToPath(new URL('../cli.ts', import.meta.url));
const field = fileURLToPath(new URL('../../src/checkpoint/fixtures/field/', import.meta.url));
const tiny = fileURLToPath(new URL('../../conformance/cases/tiny/model.pt', import.meta.url));

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function run(...args: readonly string[]): Promise<Ended> {
  const child = spawn(process.execPath, ['--import', 'tsx', command, ...args]);
  let out = '';
  let err = '';
  child.stdout.on('data', (data: Buffer) => (out += data.toString()));
  child.stderr.on('data', (data: Buffer) => (err += data.toString()));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, out, err })));
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'commands-'));
});
afterAll(() => rm(folder, { recursive: true }));

/**
 * All tensors of a folder that was converted, in the form of `expectedWeights`. Biases are kept as
 * f32: here they are halves again.
 */
async function halvesIn(path: string): Promise<Record<string, string>> {
  const halves: Record<string, string> = {};
  for (const name of await readdir(path)) {
    if (!name.endsWith('.safetensors')) continue;
    const { tensors } = await openCheckpoint(await openAsBlob(join(path, name)), name);
    for (const [key, tensor] of tensors) {
      const bits = Uint16Array.from(await readFloat32(tensor), floatToHalf);
      const hash = createHash('sha256').update(new Uint8Array(bits.buffer)).digest('hex');
      halves[key] = `f16 [${tensor.shape.join(',')}] ${hash}`;
    }
  }
  return halves;
}

/** What belongs together, what it is said to be, and whose weights it has. */
const kinds: readonly (readonly [string, readonly string[], string])[] = [
  ['plain', ['plain'], 'a DyDiT of 1 layer'],
  ['averaged.pt', ['averaged.pt'], 'a DyDiT of 1 layer'],
  ['nested.bin', ['nested.bin'], 'a DyDiT of 1 layer'],
  ['blockwise.pth.tar', ['blockwise.pth.tar'], 'a DyDiT of 1 layer'],
  ['choices.ckpt', ['choices.ckpt'], 'Weights: ema_model, model; taken: ema_model'],
  ['lightning.ckpt', ['lightning.ckpt'], 'taken: state_dict.ema_model'],
  ['deep', ['deep'], 'a DyDiT of 1 layer'],
  ['extras.pt', ['extras.pt'], 'passed over: '],
  ['parallel.safetensors', ['parallel.safetensors'], 'a DyDiT of 1 layer'],
  [
    'shards',
    [
      'model.safetensors.index.json',
      'model-00002-of-00002.safetensors',
      'model-00001-of-00002.safetensors',
    ],
    'a DyDiT of 2 layers',
  ],
  [
    'diffusers-dit/weights.safetensors',
    ['diffusers-dit/config.json', 'diffusers-dit/weights.safetensors'],
    'timeFrequencies: "diffusers"',
  ],
];

describe.each(kinds)('%s', (weights, names, told) => {
  const paths = names.map((name) => join(field, name));

  it('is told for what it is, and converted without losing a bit', async () => {
    const [inspected, converted] = await Promise.all([
      run('inspect', ...paths),
      run('convert', ...paths, join(folder, weights), '--dtype', 'f16'),
    ]);
    expect(inspected).toMatchObject({ code: 0, err: '' });
    expect(inspected.out).toContain(told);
    expect(converted.code, converted.err).toBe(0);
    // These are halves, and PyTorch has said of every tensor what its bytes are.
    expect(await halvesIn(join(folder, weights))).toEqual(expectedWeights(weights));
  });
});

describe('what can not be used', () => {
  it.each([
    ['extra-tensor.pt', 'parts that the engine does not have: "blocks.0.attn.q_norm.weight"'],
    ['not-finite.pt', 'has 1 value that is not a number and 1 value that is infinite'],
    ['ldm-vae-part.safetensors', 'Waiting for the rest of the VAE'],
    ['ldm-vae.safetensors', 'Waiting for the model that the VAE belongs to.'],
  ])('%s is named by both commands, and nothing is written', async (name, told) => {
    const out = join(folder, `none-${name}`);
    const path = join(field, name);
    const [inspected, converted] = await Promise.all([
      run('inspect', path, '--read'),
      run('convert', path, out),
    ]);
    expect(inspected.out).toContain(told);
    expect([converted.code, converted.out]).toEqual([1, '']);
    expect(converted.err).toContain(told);
    expect(await readdir(out).catch(() => [])).not.toContain('manifest.json');
  });
});

describe('draw', () => {
  let count = 0;
  const draw = async (models: readonly string[], ...args: readonly string[]): Promise<Buffer> => {
    const output = join(folder, `${count++}.png`);
    const named = models.flatMap((path) => ['--model', path]);
    const sampling = ['--seed', '5', '--steps', '2', '-o', output];
    const ended = await run('draw', '1', ...named, ...sampling, ...args);
    expect(ended.code, ended.err).toBe(0);
    return readFile(output);
  };
  /** What a picture is of, without the name of its model. */
  const pixels = (png: Buffer) => png.subarray(png.indexOf('IDAT'));

  it('makes the same picture of the same weights in any wrapping', async () => {
    const weights = await caseWeights('tiny');
    const write = async (file: File): Promise<string> => {
      const path = join(folder, file.name);
      await writeFile(path, new Uint8Array(await file.arrayBuffer()));
      return path;
    };
    const unnamed = join(folder, 'unnamed');
    await copyFile(tiny, unnamed);
    const wrapped = renamed(weights, (name) => `module._orig_mod.${name}`);
    const plain = pixels(await draw([tiny]));
    const [first, second] = shards(weights);
    for (const paths of [
      [unnamed],
      [await write(safetensorsFile('wrapped.bin', wrapped))],
      [await write(second), await write(first)],
    ]) {
      expect(pixels(await draw(paths)).equals(plain), paths.join()).toBe(true);
    }
  });

  it('says what it takes for granted: one of several sets of weights, and what no shape tells', async () => {
    const choices = join(field, 'choices.ckpt');
    const still = fileURLToPath(
      new URL('../../conformance/cases/static/model.pt', import.meta.url),
    );
    const [several, open] = await Promise.all([
      run('convert', choices, join(folder, 'chosen')),
      run('draw', '1', '--model', still, '--steps', '1', '-o', join(folder, 'still.png')),
    ]);
    expect(several.err).toContain('Weights: ema_model, model; taken: ema_model\n');
    expect(open.err).toMatch(/Not said by the file, and taken: numHeads: \d+ {2}\(/);
    expect(open.code).toBe(0);
  });

  it('names damage that only a checksum shows, and what it passes over', async () => {
    const bytes = await readFile(tiny);
    bytes[Math.floor(bytes.length / 2)] ^= 1;
    const damaged = join(folder, 'damaged.pt');
    await writeFile(damaged, bytes);
    const readme = join(folder, 'README.md');
    await writeFile(readme, '# A model\n\nTrained for a week.\n');
    const output = join(folder, 'none.png');
    const [drawn, inspected, beside] = await Promise.all([
      run('draw', '1', '--model', damaged, '-o', output),
      run('inspect', damaged, '--read'),
      run('convert', tiny, readme, join(folder, 'beside')),
    ]);
    expect([drawn.code, drawn.out]).toEqual([1, '']);
    expect(drawn.err).toContain('does not match its checksum: at least one of its bytes is wrong');
    expect(inspected.out).toContain('does not match its checksum');
    expect(beside).toMatchObject({ code: 0 });
    expect(beside.err).toContain('"README.md" is text, and no list of class names');
  });

  it("draws by diffusers' folder, and by answers in place of its configuration", async () => {
    const weights = join(field, 'diffusers-dit/weights.safetensors');
    const config = join(field, 'diffusers-dit/config.json');
    const said = pixels(await draw([config, weights]));
    const answers = ['--answer', 'numHeads=2', '--answer', 'inputSize=4'];
    expect(pixels(await draw([weights], ...answers)).equals(said)).toBe(true);
    // One head is another model: what is answered is heard.
    const others = ['--answer', 'numHeads=1', '--answer', 'inputSize=4'];
    expect(pixels(await draw([weights], ...others)).equals(said)).toBe(false);
  });
});
