import { DyditError } from '../../errors';
import type { Checkpoint } from '../checkpoint';
import { quoted } from '../failure';
import type { FileIndex } from '../file-index';
import { isJsonList, isJsonObject, type JsonObject } from '../json';
import { auditDit } from '../layouts/dit-keys';
import { expectDit, expectVae, nameSome, refuseNetwork } from '../layouts/expect';
import { auditDecoder } from '../layouts/decoder-keys';
import { selectWeights, type OpenOptions } from '../open';
import { identify, type FileIdentity, type WeightsFile } from './identify';
import type { ConfigSubject } from './json-file';
import { mergeIndexes } from './merge';
import type { NamedFile } from './named-file';
import {
  pictureBeside,
  sayReplaced,
  type PassedOverFile,
  type Replaced,
  type Runnable,
} from './passed-over';
import { missingShards, shardOf } from './shards';

/** A network that is whole. */
export interface AssembledNetwork {
  /** The files that its weights lie in, in the order they came. */
  readonly files: readonly NamedFile[];
  readonly checkpoint: Checkpoint;
}

/** A file that says something about the weights. */
export interface ConfigFile {
  readonly file: NamedFile;
  readonly subject: ConfigSubject;
  readonly settings: JsonObject;
}

/** What is not there yet. */
export interface Waiting {
  /** Names of the files, where they are known. */
  readonly files: readonly string[];
  /** "Waiting for model-00002-of-00002.safetensors." */
  readonly sentence: string;
}

export interface RefusedFile {
  readonly file: NamedFile;
  readonly error: DyditError;
}

/** What a handful of files come to. */
export interface Assembly {
  /** All files that were given. */
  readonly files: readonly NamedFile[];
  /** The last whole DiT. */
  readonly dit?: AssembledNetwork;
  /** The last whole VAE; a tiny one where there is none but that. */
  readonly vae?: AssembledNetwork;
  /** The last tiny VAE beside another one: enough for previews. */
  readonly preview?: AssembledNetwork;
  readonly manifest?: JsonObject;
  readonly configs: readonly ConfigFile[];
  /** Class names, of the last file of them. */
  readonly labels?: readonly string[];
  readonly pictures: readonly NamedFile[];
  /** Empty where nothing is missing from what has begun. */
  readonly waiting: readonly Waiting[];
  readonly refused: readonly RefusedFile[];
  /** Parts of something that is not whole. */
  readonly parts: readonly NamedFile[];
  /** Of no use any more: weights that others came after, pictures, text beside a whole model. */
  readonly leftOver: readonly NamedFile[];
  /** What is to be said of them. */
  readonly passedOver: readonly PassedOverFile[];
}

export interface AssembleOptions extends OpenOptions {
  /** Name of the set of weights to take from a DiT's file that has several. */
  readonly weights?: string;
}

interface Identified {
  readonly file: NamedFile;
  readonly identity: FileIdentity;
}

interface Part {
  readonly file: NamedFile;
  readonly weights: WeightsFile;
}

/**
 * Puts files together: shards with or without their index, a DiT and its VAE in any order, and what
 * describes them. Call it again with all files so far when more come; what is whole already is
 * kept, and the last of two models counts.
 */
export async function assemble(
  files: readonly NamedFile[],
  options: AssembleOptions = {},
): Promise<Assembly> {
  const identified: Identified[] = [];
  for (const file of files)
    identified.push({ file, identity: await identify(file, withoutChoice(options)) });
  const weights = identified.flatMap(({ file, identity }) =>
    identity.kind === 'weights' ? [{ file, weights: identity }] : [],
  );
  const indexes = identified.flatMap(({ identity }) =>
    identity.kind === 'shard-index' ? [identity.weightMap] : [],
  );
  const joined = joinParts(weights, indexes, options);
  const used = [...joined.whole.values()].flatMap(({ files: own }) => own);
  const replaced = joined.replaced.flatMap(({ files: own }) => own);
  const done = new Set([...used, ...replaced, ...joined.refused.map(({ file }) => file)]);
  const described = besides(identified);
  const strangers = identified.flatMap(({ file, identity }) =>
    joined.whole.has('dit') && identity.kind === 'refused' && identity.isText
      ? [{ file, sentence: `${identity.error.message} It is passed over.` }]
      : [],
  );
  const isStranger = (file: NamedFile) => strangers.some((each) => each.file === file);
  return {
    files,
    dit: joined.whole.get('dit'),
    vae: joined.whole.get('vae') ?? joined.whole.get('tiny'),
    preview: joined.whole.has('vae') ? joined.whole.get('tiny') : undefined,
    waiting: [...joined.waiting, ...waitingForWeights(identified, joined)],
    refused: [
      ...identified.flatMap(({ file, identity }) =>
        identity.kind === 'refused' && !isStranger(file) ? [{ file, error: identity.error }] : [],
      ),
      ...joined.refused,
    ],
    parts: weights.map(({ file }) => file).filter((file) => !done.has(file)),
    leftOver: [...replaced, ...described.pictures, ...strangers.map(({ file }) => file)],
    passedOver: [
      ...strangers,
      ...(await sayReplaced(joined.replaced)),
      ...described.pictures.map((file) => ({ file, sentence: pictureBeside(file) })),
    ],
    ...described,
  };
}

/** The choice is made when the parts are together, as a VAE beside has other sets. */
function withoutChoice({ checksums }: OpenOptions): OpenOptions {
  return { checksums };
}

function besides(
  identified: readonly Identified[],
): Pick<Assembly, 'manifest' | 'configs' | 'labels' | 'pictures'> {
  const configs: ConfigFile[] = [];
  const pictures: NamedFile[] = [];
  let manifest: JsonObject | undefined;
  let labels: readonly string[] | undefined;
  for (const { file, identity } of identified) {
    if (identity.kind === 'config') {
      configs.push({ file, subject: identity.subject, settings: identity.settings });
    } else if (identity.kind === 'picture') pictures.push(file);
    else if (identity.kind === 'manifest') manifest = identity.manifest;
    else if (identity.kind === 'labels') labels = identity.names;
  }
  return { manifest, configs, labels, pictures };
}

interface Joined {
  readonly whole: Map<Runnable, AssembledNetwork>;
  readonly waiting: Waiting[];
  readonly refused: RefusedFile[];
  /** Whole networks that others came after. */
  readonly replaced: Replaced[];
}

function joinParts(
  weights: readonly Part[],
  indexes: readonly ReadonlyMap<string, string>[],
  options: AssembleOptions,
): Joined {
  const joined: Joined = { whole: new Map(), waiting: [], refused: [], replaced: [] };
  const left: Part[] = [];
  for (const part of weights) {
    const kind = part.weights.network.kind;
    if (kind === 'foreign') {
      joined.refused.push({ file: part.file, error: refusalOf(part) });
    } else if (kind !== 'unknown' && missingOf(part.weights.checkpoint).length === 0) {
      add(joined, kind, [part], part.weights.index, options);
    } else left.push(part);
  }
  const rest = indexes.reduce((parts, index) => joinByIndex(joined, parts, index, options), left);
  for (const kind of ['dit', 'vae', 'tiny'] as const) {
    joinByKind(joined, rest, kind, options);
  }
  return joined;
}

/** Joins the shards that an index names; returns the parts that are none of them. */
function joinByIndex(
  joined: Joined,
  parts: readonly Part[],
  weightMap: ReadonlyMap<string, string>,
  options: AssembleOptions,
): Part[] {
  const present = new Map<string, Part>();
  for (const part of parts) {
    const shard = shardOf(weightMap, part.weights.index.flat?.keys() ?? []);
    if (shard !== undefined) present.set(shard, part);
  }
  const missing = [...new Set(weightMap.values())].filter((name) => !present.has(name)).toSorted();
  const shards = [...present.values()];
  const merged = missing.length === 0 && shards.length > 0 && mergeIndexes(shards.map(indexOf));
  if (merged) addMerged(joined, shards, merged, options);
  else if (missing.length > 0) joined.waiting.push(waitingFor(missing));
  return parts.filter((part) => !shards.includes(part));
}

/** Joins parts of one kind that no index speaks of. */
function joinByKind(
  joined: Joined,
  parts: readonly Part[],
  kind: Runnable,
  options: AssembleOptions,
): void {
  const own = latestOf(parts.filter(({ weights }) => weights.network.kind === kind));
  if (own.length === 0) {
    if (kind === 'dit') refuseUnknown(joined, parts);
    return;
  }
  // A shard may hold nothing that tells what it belongs to.
  const unknown = parts.filter(({ weights }) => weights.network.kind === 'unknown');
  for (const all of [own, [...own, ...unknown]]) {
    const merged = mergeIndexes(all.map(indexOf));
    if (merged && isWhole(selectWeights(merged, all[0].file.name), kind)) {
      addMerged(joined, all, merged, options);
      if (all === own && kind === 'dit') refuseUnknown(joined, parts);
      return;
    }
  }
  const merged = mergeIndexes(own.map(indexOf));
  const missing = merged ? missingOf(selectWeights(merged, own[0].file.name)) : [];
  const names = missingShards(own.map(({ file }) => file.name));
  joined.waiting.push(
    names.length > 0
      ? waitingFor(names)
      : {
          files: [],
          sentence: `Waiting for the rest of the ${kind === 'dit' ? 'model' : 'VAE'}: ${nameSome(missing, 2)}.`,
        },
  );
}

/** Of parts that have a tensor in common, the one that came last. */
function latestOf(parts: readonly Part[]): readonly Part[] {
  const kept: Part[] = [];
  const taken = new Set<string>();
  for (const part of parts.toReversed()) {
    const names = [...(part.weights.index.flat?.keys() ?? [])];
    if (names.some((name) => taken.has(name))) continue;
    names.forEach((name) => taken.add(name));
    kept.unshift(part);
  }
  return kept;
}

function isWhole(checkpoint: Checkpoint, kind: Runnable): boolean {
  return checkpoint.network.kind === kind && missingOf(checkpoint).length === 0;
}

function refuseUnknown(joined: Joined, parts: readonly Part[]): void {
  for (const part of parts) {
    if (part.weights.network.kind !== 'unknown') continue;
    const names = missingShards([part.file.name]);
    if (names.length > 0) joined.waiting.push(waitingFor(names));
    else joined.refused.push({ file: part.file, error: refusalOf(part) });
  }
}

function addMerged(
  joined: Joined,
  parts: readonly Part[],
  index: FileIndex,
  options: AssembleOptions,
): void {
  const { network } = selectWeights(index, parts[0].file.name);
  if (network.kind !== 'foreign' && network.kind !== 'unknown') {
    add(joined, network.kind, parts, index, options);
    return;
  }
  for (const part of parts) {
    const error = refuseNetwork(network, [...(index.flat?.keys() ?? [])]);
    joined.refused.push({ file: part.file, error });
  }
}

/** Takes a whole network in, or refuses it with what is wrong with it. */
function add(
  joined: Joined,
  kind: Runnable,
  parts: readonly Part[],
  index: FileIndex,
  { weights }: AssembleOptions,
): void {
  const files = parts.map(({ file }) => file);
  try {
    const chosen =
      kind === 'dit' && index.sets.some(({ name }) => name === weights) ? weights : undefined;
    const checkpoint = selectWeights(index, files[0].name, { weights: chosen });
    if (kind === 'dit') expectDit(checkpoint.tensors);
    else expectVae(checkpoint.tensors);
    const before = joined.whole.get(kind);
    if (before) joined.replaced.push({ kind, files: before.files, by: files });
    joined.whole.set(kind, { files, checkpoint });
  } catch (thrown) {
    const error = DyditError.from(thrown);
    joined.refused.push(...files.map((file) => ({ file, error })));
  }
}

function missingOf({ network, tensors }: Checkpoint): readonly string[] {
  const isDecoder = network.kind === 'vae' || network.kind === 'tiny';
  return (isDecoder ? auditDecoder(tensors) : auditDit(tensors)).missing;
}

function refusalOf({ weights }: Part): DyditError {
  return refuseNetwork(weights.network, [...weights.checkpoint.tensors.keys()]);
}

function indexOf({ weights }: Part): FileIndex {
  return weights.index;
}

function waitingFor(files: readonly string[]): Waiting {
  const first = files.slice(0, 3).join(', ');
  const more = files.length > 3 ? ` and ${files.length - 3} more` : '';
  return { files, sentence: `Waiting for ${first}${more}.` };
}

/** Files that only make sense beside weights which are not there. */
function waitingForWeights(
  identified: readonly Identified[],
  { whole, waiting }: Joined,
): readonly Waiting[] {
  if (waiting.length > 0) return [];
  const named = identified.flatMap(({ identity }) =>
    identity.kind === 'manifest' ? missingOfManifest(identity.manifest, whole) : [],
  );
  if (named.length > 0) return [waitingFor(named)];
  if (whole.has('dit')) return [];
  const config = identified.find(
    ({ identity }) => identity.kind === 'config' && identity.subject === 'dit',
  );
  if (config) {
    const sentence = `Waiting for the weights that ${quoted(config.file.name)} describes.`;
    return [{ files: [], sentence }];
  }
  if (!whole.has('vae') && !whole.has('tiny')) return [];
  const decoder = whole.has('vae') ? 'VAE' : 'tiny VAE (TAESD)';
  return [{ files: [], sentence: `Waiting for the model that the ${decoder} belongs to.` }];
}

/** Names that a manifest has for what is not there. */
function missingOfManifest(
  manifest: JsonObject,
  whole: ReadonlyMap<Runnable, AssembledNetwork>,
): readonly string[] {
  return (['dit', 'vae', 'preview'] as const).flatMap((entry) => {
    const part = manifest.get(entry);
    if (!isJsonObject(part) || whole.has(kindOfEntry(entry, part))) return [];
    const more = part.get('more_files');
    return [part, ...(isJsonList(more) ? more : [])].flatMap((each) => {
      const file = isJsonObject(each) ? each.get('file') : undefined;
      return typeof file === 'string' ? [file] : [];
    });
  });
}

/** What the weights of a manifest's entry are. */
function kindOfEntry(entry: 'dit' | 'vae' | 'preview', part: JsonObject): Runnable {
  if (entry === 'dit') return 'dit';
  return entry === 'preview' || part.has('blocks_per_level') ? 'tiny' : 'vae';
}
