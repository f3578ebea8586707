import { DyditError } from '../../errors';
import { ByteSource } from '../byte-source';
import { guarded, quoted, unsupported } from '../failure';
import type { FileIndex } from '../file-index';
import { readJsonBlob } from '../json-blob';
import type { Network } from '../layouts/recognise';
import { openIndex, selectWeights, type OpenOptions } from '../open';
import type { Checkpoint } from '../checkpoint';
import { sniff } from '../sniff';
import { recogniseJson, type JsonFile } from './json-file';
import { fitLabels, labelsFault, labelsFromText, textFault } from './labels';
import type { NamedFile } from './named-file';

/** Weights of one file: a whole network, a part of one, or none that can be run. */
export interface WeightsFile {
  readonly kind: 'weights';
  readonly index: FileIndex;
  readonly checkpoint: Checkpoint;
  readonly network: Network;
}

/** What a file is, by its content alone. */
export type FileIdentity =
  | WeightsFile
  | JsonFile
  | { readonly kind: 'picture' }
  | {
      readonly kind: 'refused';
      readonly error: DyditError;
      /** True of text that is of no model, such as what hubs leave beside one. */
      readonly isText?: boolean;
    };

const maxLabelBytes = 4 * 2 ** 20;
const sniffed = 4096;
const png = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** Files that were identified already; a blob never changes. Another name would be in its messages. */
const known = new WeakMap<Blob, { readonly name: string; readonly identity: FileIdentity }>();

/**
 * Says what a file is by its bytes, keys and shapes; name, size and extension play no part. Nothing
 * is thrown: what can't be used comes back as `refused` with the reason. What a file's index says is
 * read once, however often it is asked for; what could not be read may be read the next time.
 */
export async function identify(file: NamedFile, options: OpenOptions = {}): Promise<FileIdentity> {
  const isUsual = Object.values(options).every((option) => option === undefined);
  const before = isUsual ? known.get(file.blob) : undefined;
  if (before?.name === file.name) return before.identity;
  const identity = await identifyAnew(file, options);
  if (isUsual && identity.kind !== 'refused') known.set(file.blob, { name: file.name, identity });
  return identity;
}

async function identifyAnew(file: NamedFile, options: OpenOptions): Promise<FileIdentity> {
  try {
    return await guarded(`The file ${quoted(file.name)}`, () => identifyOrThrow(file, options));
  } catch (thrown) {
    return { kind: 'refused', error: DyditError.from(thrown) };
  }
}

async function identifyOrThrow(
  { name, blob }: NamedFile,
  options: OpenOptions,
): Promise<FileIdentity> {
  const source = new ByteSource(blob);
  const head = await source.read(0, Math.min(sniffed, source.size));
  if (png.every((byte, i) => head[i] === byte)) return { kind: 'picture' };
  if (sniff(head) === 'unknown') {
    const text = await identifyText({ name, blob }, head);
    if (text) return text;
  }
  const index = await openIndex(blob, name, options);
  const checkpoint = selectWeights(index, name, options);
  return { kind: 'weights', index, checkpoint, network: checkpoint.network };
}

/** JSON beside weights, or class names; undefined where it is no text. */
async function identifyText(
  { name, blob }: NamedFile,
  head: Uint8Array,
): Promise<FileIdentity | undefined> {
  const start = new TextDecoder().decode(head).trimStart();
  const isJson = /^[\ufeff]?[[{]/.test(start);
  if (isJson) {
    const value = await readJsonBlob(blob, `The file ${quoted(name)}`);
    const json = recogniseJson(value);
    if (json) return json;
    const fault = labelsFault(value);
    if (fault !== undefined) {
      return noModelText(
        `The file ${quoted(name)} has names of classes, but is no list of them: ${fault}.`,
        'A list has one name for each class, from class 0 on.',
      );
    }
    return noModelText(
      `The file ${quoted(name)} is JSON that belongs to no model that is known here.`,
      'Drop the weights, and beside them their config.json, their index of shards, a manifest or a list of class names.',
    );
  }
  if (blob.size > maxLabelBytes || head.some((byte) => byte < 0x09)) return undefined;
  const text = await new ByteSource(blob).read(0, blob.size);
  let decoded: string;
  try {
    decoded = new TextDecoder('utf-8', { fatal: true }).decode(text);
  } catch {
    return undefined;
  }
  const names = labelsFromText(decoded);
  if (names) return { kind: 'labels', names: fitLabels(names) };
  return noModelText(
    `The file ${quoted(name)} is text, and no list of class names: ${textFault(decoded)}.`,
    'Drop weights (.safetensors, .pt), or names with one in each line and no line empty.',
  );
}

function noModelText(message: string, advice: string): FileIdentity {
  return { kind: 'refused', error: unsupported(message, advice), isText: true };
}
