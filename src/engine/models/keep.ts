import type { TargetDtype } from '../../checkpoint/convert/converted-tensor';
import {
  largestShardBytes,
  planDit,
  planShards,
  planVae,
  type PlannedShard,
} from '../../checkpoint/convert/plan';
import { shardBytes, type WriteControl } from '../../checkpoint/convert/write-shard';
import { sha256OfBytes } from '../../checkpoint/integrity';
import { DyditError } from '../../errors';
import type { ManifestFile } from '../manifest';
import { manifestText } from '../manifest-hash';
import { convertedManifest } from './converted-manifest';
import type { ResolvedModel } from './resolve';
import type { ModelStorage } from './storage';
import { storageFailure } from './storage-failure';
import { describeFolder, manifestName } from './stored-models';
import { readUnfinished, unfinishedName } from './unfinished';
import { writeFile, type Place } from './write-file';

export interface KeepOptions {
  readonly dtype: TargetDtype;
  /** For the visitor; the model's own where absent. */
  readonly name?: string;
  /** Folder that it is written to. */
  readonly folder: string;
  /** Names of the files that it comes from. */
  readonly from: readonly string[];
  readonly signal?: AbortSignal;
  /** Share of what is to be written, 0..1. */
  readonly onProgress?: (fraction: number) => void;
  /** See `WriteControl`. */
  readonly onConverted?: WriteControl['onConverted'];
  /** Milliseconds since 1970. */
  readonly now?: number;
  readonly largestShard?: number;
}

/** The folder that a model has in a store: the same model in the same type has the same one. */
export function folderOf({ identity }: ResolvedModel, dtype: TargetDtype): string {
  return `${identity}-${dtype}`;
}

/** Bytes that a model takes in a store. */
export function keptBytes(model: ResolvedModel, dtype: TargetDtype): number {
  return planOf(model, dtype, largestShardBytes).all.reduce((sum, { bytes }) => sum + bytes, 0);
}

/**
 * Converts a model, tensor by tensor, and writes it in files of at most 64 MB, each with its hash in
 * the manifest, which has one of itself. The manifest is written last, so that half a model is none.
 * What a visit before has written of the same model is kept, once its hash is found to be right.
 *
 * @throws DyditError `storage-full`, `storage-unavailable`, `checkpoint-broken`,
 *   `weights-not-finite`, `checkpoint-unsupported` where a number is too large for the type, `cancelled`
 */
export async function keepModel(
  storage: ModelStorage,
  model: ResolvedModel,
  options: KeepOptions,
): Promise<void> {
  const { folder } = options;
  const written = await storage.alone(folder, async () => {
    // Another page may have kept it just now: what is whole is not written again.
    const isSame = folder === folderOf(model, options.dtype);
    if (isSame && (await describeFolder(storage, folder))) return true;
    return writeModel(storage, model, options);
  });
  if (written === undefined) {
    throw new DyditError(
      'invalid-request',
      'Another page of this browser is keeping the same model.',
      'Wait until it is done there.',
    );
  }
}

async function writeModel(
  storage: ModelStorage,
  model: ResolvedModel,
  options: KeepOptions,
): Promise<true> {
  const { dtype, folder, from, signal, onProgress, now = Date.now() } = options;
  const plan = planOf(model, dtype, options.largestShard ?? largestShardBytes);
  const total = plan.all.reduce((sum, { bytes }) => sum + bytes, 0);
  const done = await readUnfinished(storage, folder, folderOf(model, dtype));
  const hashes = new Map<string, string>();
  let before = 0;
  // One for all files: what is left to the collector piles up faster than it collects.
  const scratch = new Uint8Array(Math.max(...plan.all.map(({ bytes }) => bytes)));
  try {
    for (const shard of plan.all) {
      const known = done.get(shard.name);
      const sha256 =
        known?.bytes === shard.bytes
          ? known.sha256
          : await writeShard(storage, shard, {
              folder,
              scratch,
              ...(signal && { signal }),
              ...(options.onConverted && { onConverted: options.onConverted }),
              onProgress: (bytes) => onProgress?.((before + bytes) / total),
            });
      hashes.set(shard.name, sha256);
      before += shard.bytes;
      await writeText(
        storage,
        { folder, name: unfinishedName },
        unfinishedText(folderOf(model, dtype), hashes, plan.all),
      );
      onProgress?.(before / total);
    }
    const files = (shards: readonly PlannedShard[]): readonly ManifestFile[] =>
      shards.map(({ name }) => ({ file: name, sha256: hashes.get(name) }));
    const manifest = convertedManifest(model, {
      dtype,
      dit: files(plan.dit),
      vae: files(plan.vae),
      preview: files(plan.preview),
      origin: { files: [...from], identity: model.identity, converted_at: now },
    });
    const named = { ...manifest, name: options.name ?? manifest.name };
    await writeText(storage, { folder, name: manifestName }, manifestText(named));
    await storage.removeFile(folder, unfinishedName);
    return true;
  } catch (thrown) {
    // Only what a visit left behind unasked is gone on with.
    await storage.remove(folder).catch(() => undefined);
    throw storageFailure(thrown, total);
  }
}

interface Plan {
  readonly dit: readonly PlannedShard[];
  readonly vae: readonly PlannedShard[];
  readonly preview: readonly PlannedShard[];
  readonly all: readonly PlannedShard[];
}

function planOf(model: ResolvedModel, dtype: TargetDtype, largest: number): Plan {
  const decoder = (name: 'vae' | 'preview') => {
    const { tensors } = model[name] ?? {};
    return tensors ? planShards(name, planVae(tensors, dtype), largest) : [];
  };
  const dit = planShards('dit', planDit(model.dit.tensors, dtype), largest);
  const [vae, preview] = [decoder('vae'), decoder('preview')];
  return { dit, vae, preview, all: [...dit, ...vae, ...preview] };
}

async function writeShard(
  storage: ModelStorage,
  shard: PlannedShard,
  { folder, ...control }: WriteControl & { readonly folder: string },
): Promise<string> {
  const bytes = await shardBytes(shard, control);
  await writeFile(storage, { folder, name: shard.name }, bytes);
  return sha256OfBytes(bytes);
}

function unfinishedText(
  of: string,
  hashes: ReadonlyMap<string, string>,
  shards: readonly PlannedShard[],
): string {
  const files = shards.flatMap(({ name, bytes }) => {
    const sha256 = hashes.get(name);
    return sha256 === undefined ? [] : [{ name, bytes, sha256 }];
  });
  return JSON.stringify({ of, files });
}

function writeText(storage: ModelStorage, place: Place, text: string): Promise<void> {
  return writeFile(storage, place, new TextEncoder().encode(text));
}
