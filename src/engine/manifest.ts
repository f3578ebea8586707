import * as v from 'valibot';
import { DyditError } from '../errors';
import { ditManifestSchema, vaeManifestSchema } from '../network/manifest';
import { samplerNames } from '../sampler/samplers';

const positiveInteger = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1 << 20));

/** What the page reads beside the weights; written by `training/`'s export. */
const manifestSchema = v.object({
  name: v.string(),
  dit: ditManifestSchema,
  vae: vaeManifestSchema,
  sampling: v.object({
    sampler: v.picklist(samplerNames),
    steps: positiveInteger,
    cfg_scale: v.number(),
    cfg_channels: v.union([v.literal('all'), positiveInteger]),
  }),
  styles: v.array(v.string()),
  classes: v.array(v.object({ name: v.string(), emoji: v.string(), category: v.string() })),
});

export type Manifest = v.InferOutput<typeof manifestSchema>;

/**
 * @param json parsed manifest
 * @throws DyditError `checkpoint-unsupported` naming the first wrong entry
 */
export function parseManifest(json: unknown): Manifest {
  const result = v.safeParse(manifestSchema, json);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new DyditError(
    'checkpoint-unsupported',
    `The model's manifest is wrong at "${v.getDotPath(issue) ?? 'its top'}": ${issue.message}.`,
    'Export the model again.',
  );
}
