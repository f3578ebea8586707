import { describe, expect, it } from 'vitest';
import { decoderTensors, expectDecoderShapes } from '../../network/vae/decoder-layers';
import { expectDitShapes } from '../../network/dit/expect-shapes';
import type { CheckpointTensor, TensorMap } from '../../checkpoint/tensor';
import { writeSafetensors } from '../../checkpoint/testing/safetensors-file';
import { reportOn } from './report';
import { resolveFiles } from './resolve';
import { caseFile, fieldFile } from './testing/field';

const { dit, vae } = await resolveFiles([
  { name: 'model', blob: await fieldFile('plain') },
  { name: 'vae', blob: await fieldFile('vae/weights') },
]);
const tiny = await resolveFiles([{ name: 'tiny', blob: await caseFile('tiny', 'tiny') }]);
if (!vae) throw new Error('There is no VAE.');

/** Tensors whose numbers can't be read, one of them changed. */
function unread(tensors: TensorMap, name?: string, change: Partial<CheckpointTensor> = {}) {
  const bytes = () => Promise.reject(new Error('nothing is to be read'));
  return new Map(
    [...tensors].map(([key, tensor]) => [
      key,
      { ...tensor, ...(key === name && change), scaledBytes: bytes, bytes },
    ]),
  );
}

const networks = [
  ['a DyDiT', tiny.dit.tensors, (of: TensorMap) => expectDitShapes(of, tiny.dit.config)],
  ['a narrow one', dit.tensors, (of: TensorMap) => expectDitShapes(of, dit.config)],
  [
    'a decoder',
    decoderTensors(vae.tensors),
    (of: TensorMap) => expectDecoderShapes(of, vae.config),
  ],
] as const;

describe.each(networks)('%s', (_, tensors, check) => {
  it('is taken as it is, without a number being read', async () => {
    await check(unread(tensors));
  });

  it.each([...tensors.values()])('names $name where its shape is another', async (tensor) => {
    const shape = [...tensor.shape.slice(0, -1), (tensor.shape.at(-1) ?? 0) + 1];
    await expect(check(unread(tensors, tensor.name, { shape }))).rejects.toMatchObject({
      code: 'checkpoint-unsupported',
      message: `Tensor "${tensor.name}" has shape [${shape.join(', ')}]; [${tensor.shape.join(', ')}] was expected.`,
    });
  });

  it('is refused where a tensor is of integers without scales', async () => {
    const [name] = tensors.keys();
    await expect(check(unread(tensors, name, { dtype: 'i8' }))).rejects.toMatchObject({
      message: `Tensor "${name}" is of integers (i8) without scales.`,
    });
    await check(unread(tensors, name, { dtype: 'i8', stored: 'int8' }));
  });
});

describe('a file one of whose tensors is of another shape', () => {
  const name = 'blocks.1.attn.qkv.bias';
  const folded = async (tensor: CheckpointTensor) => ({
    ...{ name: tensor.name, dtype: 'F32', bytes: await tensor.bytes() },
    shape: tensor.name === name ? [2, tensor.shape[0] / 2] : tensor.shape,
  });

  it('is refused before anything is converted, and its report says so', async () => {
    const tensors = await Promise.all([...tiny.dit.tensors.values()].map(folded));
    const files = [{ name: 'mine', blob: new Blob([writeSafetensors(tensors)]) }];
    const sentence = `Tensor "${name}" has shape [2, 144]; [288] was expected.`;
    await expect(resolveFiles(files)).rejects.toMatchObject({ message: sentence });
    const lines = await reportOn(files);
    expect(lines[lines.indexOf('What is odd') + 1]).toContain(sentence);
    expect(lines).not.toContain('  nothing');
  });
});
