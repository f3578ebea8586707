import type { TensorMap } from '../../checkpoint/checkpoint';
import { assemble, type Assembly } from '../../checkpoint/files/assemble';
import type { NamedFile } from '../../checkpoint/files/named-file';
import { expectSha256, identityOf } from '../../checkpoint/integrity';
import { DyditError } from '../../errors';
import { askAbout, describeAssembly, vaeHints } from '../../network/answers/describe';
import { imagenetNames } from '../../network/answers/imagenet-names';
import { likelyAnswers } from '../../network/answers/questions';
import type { DecoderConfig, DitConfig, TinyVaeConfig } from '../../network/config';
import { expectDitShapes } from '../../network/dit/expect-shapes';
import type { DitHints } from '../../network/dit/infer-config';
import {
  checkDitManifest,
  checkTinyManifest,
  checkVaeManifest,
  hintsOfManifest,
} from '../../network/manifest';
import { inferDecoderConfig, type VaeHints } from '../../network/vae/config';
import { expectDecoderShapes } from '../../network/vae/decoder-layers';
import { inferTinyConfig } from '../../network/vae/tiny-config';
import { filesOfManifest, namesOf, parseManifest, type Manifest } from '../manifest';
import type { ModelChoice } from './model-choice';
import { plainJson } from './plain-json';

/** A model whose weights are all at hand, and everything that is known of it. */
export interface ResolvedModel {
  readonly name: string;
  readonly dit: {
    readonly tensors: TensorMap;
    readonly config: DitConfig;
    readonly hints: DitHints;
  };
  readonly vae?: { readonly tensors: TensorMap; readonly config: DecoderConfig };
  /** A tiny decoder beside the VAE, which makes the previews. */
  readonly preview?: { readonly tensors: TensorMap; readonly config: TinyVaeConfig };
  /** What the network draws. */
  readonly space: 'latents' | 'pixels';
  /** As many as the model has classes; absent where they have only numbers. */
  readonly classNames?: readonly string[];
  /** What the model came with, if anything. */
  readonly manifest?: Manifest;
  /** The files of its weights. */
  readonly weights: readonly Blob[];
  /** Made of the bytes of its weights and of what was chosen of them. */
  readonly identity: string;
}

/** How reading reports and stops. */
export interface ResolveControl {
  readonly signal?: AbortSignal;
  /** Share of the bytes that are summed, where a manifest has hashes; 0..1. */
  readonly onProgress?: (fraction: number) => void;
  /** True to leave the hashes of a manifest unchecked. */
  readonly trusted?: boolean;
}

/**
 * Reads what files come to and describes it.
 * @throws DyditError what is wrong with the first file that can't be used, or that is missing;
 *   `checkpoint-unsupported` where the parts or the answers do not fit; `cancelled`
 */
export async function resolveFiles(
  files: readonly NamedFile[],
  choice: ModelChoice = {},
  control: ResolveControl = {},
): Promise<ResolvedModel> {
  const assembly = await assemble(files, { weights: choice.weights });
  const problem = assembly.refused.at(0)?.error;
  if (problem) throw problem;
  return resolveAssembly(assembly, choice, control);
}

/** The same of files that were put together already, by those that can be used; throws likewise. */
export async function resolveAssembly(
  assembly: Assembly,
  choice: ModelChoice = {},
  control: ResolveControl = {},
): Promise<ResolvedModel> {
  const model = await describedModel(assembly, choice, control);
  // Told before anything is converted, kept or put on a card.
  await expectDitShapes(model.dit.tensors, model.dit.config);
  for (const part of [model.vae, model.preview]) {
    if (part) await expectDecoderShapes(part.tensors, part.config);
  }
  return model;
}

async function describedModel(
  assembly: Assembly,
  choice: ModelChoice,
  control: ResolveControl,
): Promise<ResolvedModel> {
  const { dit, vae, preview, waiting, refused } = assembly;
  const missing = waiting.at(0)?.sentence;
  if (!dit) throw refused.at(0)?.error ?? incomplete(missing);
  const files = [dit, vae, preview].flatMap((part) => part?.files ?? []);
  const weights = files.map(({ blob }) => blob);
  if (assembly.manifest) {
    if (missing !== undefined) throw incomplete(missing);
    const manifest = parseManifest(plainJson(assembly.manifest));
    if (!control.trusted) await expectHashes(files, manifest, control);
    const tensors = {
      dit: dit.checkpoint.tensors,
      vae: vae?.checkpoint.tensors,
      preview: preview?.checkpoint.tensors,
    };
    const { subject, known } = askAbout(assembly, choice.answers);
    const hints = vaeHints(likelyAnswers(subject, known));
    return resolveManifest(manifest, { ...tensors, hints }, weights);
  }
  const description = describeAssembly(assembly, choice.answers);
  const { answers } = description;
  const classNames =
    description.classNames ?? (answers.imageNet ? await imagenetNames() : undefined);
  return {
    name: dit.files[0].name,
    dit: {
      tensors: dit.checkpoint.tensors,
      config: description.dit,
      hints: description.hints,
    },
    ...(vae && description.vae
      ? { vae: { tensors: vae.checkpoint.tensors, config: description.vae } }
      : {}),
    ...(preview ? { preview: previewOf(preview.checkpoint.tensors) } : {}),
    space: description.space,
    ...(classNames ? { classNames } : {}),
    weights,
    identity: await identityOf(weights, choiceTexts(choice)),
  };
}

/**
 * A model with a manifest, which is held against its weights.
 * @throws DyditError `checkpoint-unsupported` where they do not fit each other
 */
async function resolveManifest(
  manifest: Manifest,
  {
    dit,
    vae,
    preview,
    hints,
  }: {
    readonly dit: TensorMap;
    readonly vae: TensorMap | undefined;
    readonly preview: TensorMap | undefined;
    /** For a VAE that came later than the manifest. */
    readonly hints: VaeHints;
  },
  weights: readonly Blob[],
): Promise<ResolvedModel> {
  const names = namesOf(manifest);
  const config = checkDitManifest(dit, manifest.dit, names);
  return {
    name: manifest.name,
    dit: { tensors: dit, config, hints: hintsOfManifest(manifest.dit, names) },
    ...(vae
      ? {
          vae: {
            tensors: vae,
            config: manifest.vae
              ? checkVaeManifest(vae, manifest.vae)
              : inferDecoderConfig(vae, hints),
          },
        }
      : {}),
    ...(preview ? { preview: previewOf(preview, manifest) } : {}),
    space: vae ? 'latents' : (manifest.dit.space ?? 'latents'),
    manifest,
    weights,
    identity: await identityOf(weights),
  };
}

function previewOf(tensors: TensorMap, manifest?: Manifest) {
  const said = manifest?.preview;
  return { tensors, config: said ? checkTinyManifest(tensors, said) : inferTinyConfig(tensors) };
}

/** Files under the names that the manifest has for them are what it was published with. */
async function expectHashes(
  files: readonly NamedFile[],
  manifest: Manifest,
  { signal, onProgress }: ResolveControl,
): Promise<void> {
  const known = new Map(filesOfManifest(manifest).map(({ file, sha256 }) => [file, sha256]));
  const total = files.reduce((sum, { blob }) => sum + blob.size, 0);
  let before = 0;
  for (const { name, blob } of files) {
    const sha256 = known.get(name);
    if (sha256 !== undefined) await expectSha256(blob, sha256, name, { ...(signal && { signal }) });
    before += blob.size;
    onProgress?.(before / total);
  }
}

/** Answers are told apart by what they say, not by the order they were given in. */
function choiceTexts({ weights, answers = {} }: ModelChoice): readonly string[] {
  const given = Object.entries(answers)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return [...(weights === undefined ? [] : [`weights=${weights}`]), ...given].toSorted();
}

function incomplete(missing: string | undefined): DyditError {
  return new DyditError(
    'checkpoint-incomplete',
    missing ?? 'There is no model among these files.',
    missing === undefined
      ? 'Drop a DiT or DyDiT checkpoint.'
      : 'Drop the files that are missing as well.',
  );
}
