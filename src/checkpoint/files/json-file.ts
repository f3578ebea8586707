import { isJsonObject, type JsonObject, type JsonValue } from '../json';
import { fitLabels, labelsFromJson } from './labels';

/** What a configuration is about. */
export type ConfigSubject = 'dit' | 'vae' | 'schedule' | 'pipeline' | 'other';

/** What a JSON file beside weights is. */
export type JsonFile =
  | { readonly kind: 'shard-index'; readonly weightMap: ReadonlyMap<string, string> }
  | { readonly kind: 'manifest'; readonly manifest: JsonObject }
  | { readonly kind: 'config'; readonly subject: ConfigSubject; readonly settings: JsonObject }
  | { readonly kind: 'labels'; readonly names: readonly string[] };

/**
 * Says what a JSON text is by what is in it; undefined where it is none of these.
 * @throws DyditError `checkpoint-unsupported` where it is names of classes that can't be shown
 */
export function recogniseJson(value: JsonValue): JsonFile | undefined {
  if (isJsonObject(value)) {
    const weightMap = value.get('weight_map');
    if (isJsonObject(weightMap)) return { kind: 'shard-index', weightMap: textsOf(weightMap) };
    const dit = value.get('dit');
    if (isJsonObject(dit) && typeof dit.get('file') === 'string') {
      return { kind: 'manifest', manifest: value };
    }
  }
  const names = labelsFromJson(value);
  if (names) return { kind: 'labels', names: fitLabels(names) };
  if (!isJsonObject(value)) return undefined;
  const subject = subjectOf(value);
  return subject && { kind: 'config', subject, settings: value };
}

function textsOf(object: JsonObject): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const [key, value] of object) if (typeof value === 'string') texts.set(key, value);
  return texts;
}

const subjectKeys: readonly (readonly [ConfigSubject, readonly string[]])[] = [
  ['vae', ['block_out_channels', 'latent_channels']],
  ['schedule', ['num_train_timesteps']],
  ['dit', ['num_attention_heads', 'attention_head_dim']],
  ['dit', ['num_heads']],
  ['dit', ['num_classes']],
  ['pipeline', ['id2label']],
];

function subjectOf(object: JsonObject): ConfigSubject | undefined {
  const name = object.get('_class_name');
  if (typeof name === 'string') {
    if (/Autoencoder/.test(name)) return 'vae';
    if (/Scheduler$/.test(name)) return 'schedule';
    if (/Pipeline$/.test(name)) return 'pipeline';
    if (/Transformer2DModel$/.test(name)) return 'dit';
    return 'other';
  }
  return subjectKeys.find(([, keys]) => keys.every((key) => object.has(key)))?.[0];
}
