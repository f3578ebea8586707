import * as v from 'valibot';
import { DyditError } from '../errors';
import {
  ditManifestSchema,
  tinyManifestSchema,
  vaeManifestSchema,
  type NameCounts,
} from '../network/manifest';
import { expectUndamaged } from './manifest-hash';
import { samplerNamed, samplerNames } from '../sampler/samplers';

const positiveInteger = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1 << 20));

const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));

const sampling = {
  sampler: v.picklist(samplerNames),
  steps: positiveInteger,
  cfg_scale: v.number(),
};

/** What the page reads beside the weights; written by `training/`'s export. */
const manifestSchema = v.object({
  name: v.string(),
  dit: ditManifestSchema,
  /** Absent where the network draws pixels, or came without. */
  vae: v.optional(vaeManifestSchema),
  /** A tiny VAE beside it, for previews. */
  preview: v.optional(tinyManifestSchema),
  sampling: v.object({
    ...sampling,
    cfg_channels: v.union([v.literal('all'), positiveInteger]),
  }),
  /** Few steps, where the weights were taught them. */
  fast: v.optional(v.object(sampling)),
  /** How lively drawings are to begin with, and the largest weight of a style that a seed mixes in. */
  variation: v.optional(v.object({ default: share, style_blend: v.optional(share) })),
  /** What shifts of the routers' thresholds were measured to leave. */
  budget: v.optional(
    v.pipe(
      v.array(v.object({ shift: v.number(), share, frechet: v.number(), top1: share })),
      v.minLength(2),
    ),
  ),
  styles: v.array(v.string()),
  classes: v.array(v.object({ name: v.string(), emoji: v.string(), category: v.string() })),
  /** What a converted model was made of. */
  origin: v.optional(
    v.object({
      /** Names of the files. */
      files: v.array(v.string()),
      /** Of the weights before. */
      identity: v.string(),
      /** Milliseconds since 1970. */
      converted_at: v.number(),
    }),
  ),
});

export type Manifest = v.InferOutput<typeof manifestSchema>;

/** A file that a manifest names. */
export interface ManifestFile {
  readonly file: string;
  readonly sha256?: string | undefined;
}

/** How many names a manifest has. */
export function namesOf({ classes, styles }: Manifest): NameCounts {
  return { classes: classes.length, styles: styles.length };
}

/** The files of a network, in order. */
export function filesOf({
  file,
  sha256,
  more_files = [],
}: Manifest['dit'] | NonNullable<Manifest['vae' | 'preview']>): readonly ManifestFile[] {
  return [{ file, sha256 }, ...more_files];
}

/** All files of weights that a manifest names. */
export function filesOfManifest({ dit, vae, preview }: Manifest): readonly ManifestFile[] {
  return [dit, vae, preview].flatMap((part) => (part ? filesOf(part) : []));
}

/**
 * @param json parsed manifest
 * @throws DyditError `checkpoint-broken` where it has a hash of itself that is another;
 *   `checkpoint-unsupported` naming the first wrong entry
 */
export function parseManifest(json: unknown): Manifest {
  expectUndamaged(json);
  return manifestEntries(json);
}

/** The same without a look at its hash. */
export function manifestEntries(json: unknown): Manifest {
  const result = v.safeParse(manifestSchema, json);
  if (!result.success) {
    const [issue] = result.issues;
    throw wrongEntry(v.getDotPath(issue) ?? 'its top', issue.message);
  }
  expectCoherent(result.output);
  return result.output;
}

/** Holds entries against those that they ask for. */
function expectCoherent({ dit, sampling, fast, budget = [] }: Manifest): void {
  const { conditions = 0, condition_names: names, depth, jump_blocks: jumps = 0 } = dit;
  if (names && names.length !== conditions) {
    throw wrongEntry(
      'dit.condition_names',
      `${names.length} names for ${conditions} linear inputs (dit.conditions)`,
    );
  }
  if (depth !== undefined && jumps > depth) {
    throw wrongEntry('dit.jump_blocks', `${jumps} of ${depth} blocks`);
  }
  expectSampled('sampling', sampling, dit);
  if (fast) expectSampled('fast', fast, dit);
  const [first, ...others] = budget.toSorted((a, b) => a.shift - b.shift);
  others.reduce((before, point) => {
    if (point.shift > before.shift && point.share >= before.share) return point;
    const told = [before, point].map(({ shift, share: left }) => `${left} at ${shift}`).join(', ');
    throw wrongEntry('budget', `the share of work must grow with the shift, but it is ${told}`);
  }, first);
}

/** Jumps, and guidance in them, have to be known to the network. */
function expectSampled(
  entry: 'sampling' | 'fast',
  { sampler, steps, cfg_scale: scale }: NonNullable<Manifest['fast']>,
  { jump_blocks: blocks = 0, condition_names: names = [] }: Manifest['dit'],
): void {
  const { jumps, mostSteps } = samplerNamed(sampler);
  if (steps > mostSteps)
    throw wrongEntry(`${entry}.steps`, `${sampler} takes at most ${mostSteps}`);
  if (jumps && blocks === 0) throw wrongEntry(`${entry}.sampler`, 'there is no dit.jump_blocks');
  if (jumps && scale !== 1 && !names.includes('guidance')) {
    throw wrongEntry(`${entry}.cfg_scale`, 'dit.condition_names has no "guidance"');
  }
}

function wrongEntry(entry: string, message: string): DyditError {
  return new DyditError(
    'checkpoint-unsupported',
    `The model's manifest is wrong at "${entry}": ${message}.`,
    'Export the model again.',
  );
}
