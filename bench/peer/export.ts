import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createWriteStream, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { TensorMap } from '../../src/checkpoint/checkpoint';
import { elementCount } from '../../src/checkpoint/layout';
import { DyditError } from '../../src/errors';
import { emojiCheckpoint } from '../models';
import type { ConfigName } from '../names';

const root = fileURLToPath(new URL('../../', import.meta.url));
const python = 'training/.venv/bin/python';
const exporter = 'training/export_onnx.py';

/** What the exported files are made of: another exporter, checkpoint or batch makes them anew. */
function keyOf(config: ConfigName, batch: number): string {
  const files = [exporter, config === 'emoji' ? `public/${emojiCheckpoint}` : 'bench/synthetic.ts'];
  const hash = createHash('sha256').update(`${config} ${batch}`);
  for (const file of files) hash.update(readFileSync(`${root}${file}`));
  return hash.digest('hex');
}

/**
 * Exports a network to ONNX, where that was not done before.
 * @returns the folder, relative to the root of the checkout and of the server
 * @throws DyditError `invalid-request` where Python's packages are not there, or the network is
 * larger than an ONNX file can be
 */
export async function exportPeer(
  config: ConfigName,
  batch: number,
  tensors: TensorMap,
): Promise<string> {
  const folder = `build/bench/${config}-${batch}`;
  const stamp = `${root}${folder}/key`;
  const key = keyOf(config, batch);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === key) return folder;
  if (!existsSync(`${root}${python}`)) {
    throw new DyditError(
      'invalid-request',
      `${python} is not there, which exports the network to ONNX.`,
      'Make it with: bash training/test.sh',
    );
  }
  mkdirSync(`${root}${folder}`, { recursive: true });
  const checkpoint =
    config === 'emoji' ? `public/${emojiCheckpoint}` : `${folder}/model.safetensors`;
  if (config !== 'emoji') await writeSafetensors(`${root}${checkpoint}`, tensors);
  try {
    const args = [exporter, '--model', checkpoint, '--batch', String(batch), '--out', folder];
    execFileSync(`${root}${python}`, args, { cwd: root, encoding: 'utf8' });
  } catch (cause) {
    const stderr = cause instanceof Error && 'stderr' in cause ? String(cause.stderr).trim() : '';
    throw new DyditError('invalid-request', `${exporter} failed: ${stderr}`, '', { cause });
  }
  writeFileSync(stamp, key);
  return folder;
}

/** Writes tensors one after another: the header's length, the header, the values. */
async function writeSafetensors(path: string, tensors: TensorMap): Promise<void> {
  const header: Record<string, unknown> = {};
  let offset = 0;
  for (const { name, shape } of tensors.values()) {
    const end = offset + 4 * (elementCount(shape) ?? 0);
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, end] };
    offset = end;
  }
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  const file = createWriteStream(path);
  file.write(length);
  file.write(text);
  for (const tensor of tensors.values()) {
    if (!file.write(await tensor.bytes())) await once(file, 'drain');
  }
  file.end();
  await once(file, 'finish');
}
