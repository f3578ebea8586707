import { afterAll, describe, expect, test } from 'vitest';
import { CaseBuilder, gatedRun, headsGate, widthWith } from '../../testing/case-builder';
import { runCase, type OpCase } from '../../testing/run-case';
import { chunk } from '../../../ops/recorder';
import { createWebGpuBackend } from '../webgpu-backend';

const backend = await createWebGpuBackend(navigator.gpu, { forced: { linear: 'register' } });
afterAll(() => backend.destroy());

/** What compiling and running a case throws. */
async function failure(test: OpCase): Promise<unknown> {
  const [lane] = backend.lanes;
  return backend.guard('a test', () => runCase(lane, test)).catch((error: unknown) => error);
}

describe('what the kernels can not do is refused before anything runs', () => {
  test('heads that are too wide', async () => {
    const c = new CaseBuilder(1);
    const qkv = c.rows('qkv', 2, { groups: 3, group: 129 });
    c.expose('y', c.net.attention(qkv, headsGate, { items: 1, tokens: 2 }));
    const width = widthWith(1, { heads: [0] });
    expect(await failure(c.finish({ width, runs: gatedRun }))).toMatchObject({
      code: 'checkpoint-unsupported',
      message: 'Test: heads of at most 128 columns were expected; got 129.',
    });
  });

  test('attention of too many channels', async () => {
    const c = new CaseBuilder(1);
    const qkv = c.pixels('qkv', 2, { groups: 3, group: 513 });
    c.expose('y', c.net.pixelAttention(qkv).tensor);
    expect(await failure(c.finish())).toMatchObject({
      code: 'checkpoint-unsupported',
      message: 'Test: attention of at most 512 channels was expected; got 513.',
    });
  });

  test('a modulation whose chunks do not start at a multiple of 4', async () => {
    const c = new CaseBuilder(1);
    const x = c.rows('x', 2, 6);
    const modulation = c.rows('modulation', 1, 12);
    const chunks = { shift: chunk(modulation, 0), scale: chunk(modulation, 1) };
    c.expose('y', c.net.norm(x, chunks, { tokens: 2 }));
    expect(await failure(c.finish())).toMatchObject({ code: 'checkpoint-unsupported' });
  });

  test('more workgroups than the adapter allows', async () => {
    const c = new CaseBuilder(1);
    const most = 65535;
    const x = c.rows('x', 4 * most + 1, 4);
    const modulation = c.rows('modulation', 1, 8);
    const chunks = { shift: chunk(modulation, 0), scale: chunk(modulation, 1) };
    c.expose('y', c.net.norm(x, chunks, { tokens: 4 * most + 1 }));
    expect(await failure(c.finish())).toMatchObject({ code: 'limit-too-small' });
  });

  test('a tensor larger than a buffer may be', () => {
    const [lane] = backend.lanes;
    const spec = { rows: 2 ** 20, axis: { groups: 1, group: 2 ** 16 }, type: 'f32' } as const;
    expect(() => lane.allocate('huge', { ...spec, layout: 'dense' })).toThrow(
      expect.objectContaining({ code: 'limit-too-small' }),
    );
  });
});
