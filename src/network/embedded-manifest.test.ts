import { openAsBlob } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { expectSha256 } from '../checkpoint/integrity';
import * as v from 'valibot';
import { ditManifestSchema, vaeManifestSchema } from './manifest';

const folder = new URL('../../public/models/emoji/', import.meta.url);
const schema = v.object({ dit: ditManifestSchema, vae: vaeManifestSchema });

it('the weights that ship are those that their manifest has hashes of', async () => {
  const text = await readFile(new URL('manifest.json', folder), 'utf8');
  const { dit, vae } = v.parse(schema, JSON.parse(text));
  for (const { file, sha256 } of [dit, vae]) {
    expect(sha256).toBeDefined();
    await expectSha256(await openAsBlob(new URL(file, folder)), sha256 ?? '', file);
  }
});
