import { assemble } from '../../checkpoint/files/assemble';
import type { ConvertedTensor, TargetDtype } from '../../checkpoint/convert/converted-tensor';
import { planDit, planVae } from '../../checkpoint/convert/plan';
import { roundingError } from '../../checkpoint/convert/rounding-error';
import { readFloat32 } from '../../checkpoint/decode';
import { expectFinite, float32Format } from '../../checkpoint/finite';
import type { NamedFile } from '../../checkpoint/files/named-file';
import { auditDit } from '../../checkpoint/layouts/dit-keys';
import type { TensorMap } from '../../checkpoint/tensor';
import { DyditError } from '../../errors';
import { openWords, weightsWords } from './assumed';
import { inspect, type InspectedModel } from './inspect';
import type { ModelChoice } from './model-choice';
import { resolveAssembly } from './resolve';
import { describeRounding } from './rounding';

export interface ReportOptions {
  readonly choice?: ModelChoice;
  /** Reads every number, to find those that are none. */
  readonly readsAll?: boolean;
  /** A type that the weights might be converted to: says how far off every tensor would be. */
  readonly convertedTo?: TargetDtype;
}

/** What files hold, in lines: the configuration, what is odd, and every tensor. */
export async function reportOn(
  files: readonly NamedFile[],
  { choice = {}, readsAll = false, convertedTo }: ReportOptions = {},
): Promise<readonly string[]> {
  const { model, waiting, refused, passedOver } = await inspect(files, choice);
  const assembly = await assemble(files, { weights: choice.weights });
  const lines = [
    ...refused.map(({ name, error }) => `${name}: ${error.message} ${error.advice}`.trim()),
    ...waiting,
    ...passedOver.map(({ sentence }) => sentence),
  ];
  if (!model || !assembly.dit) return lines;
  const { checkpoint } = assembly.dit;
  const odd: string[] = [];
  lines.push(...about(model));
  try {
    const { dit, vae, preview, space } = await resolveAssembly(assembly, choice);
    lines.push('', 'Configuration', ...entries({ ...dit.config, space }));
    if (vae) lines.push('', 'VAE', ...entries(vae.config));
    if (preview) lines.push('', 'VAE of previews', ...entries(preview.config));
    if (convertedTo) {
      const planned = [
        ...planDit(dit.tensors, convertedTo),
        ...[vae, preview].flatMap((each) => (each ? planVae(each.tensors, convertedTo) : [])),
      ];
      lines.push('', `As ${convertedTo}`, ...(await roundingLines(planned)));
    }
  } catch (thrown) {
    const { message, advice } = DyditError.from(thrown);
    odd.push(`  ${message} ${advice}`.trimEnd());
  }
  const { tensors, skippedTypes } = checkpoint;
  odd.push(...model.leftOut.map((sentence) => `  ${sentence}`));
  odd.push(...(await oddities(tensors, skippedTypes, readsAll)));
  lines.push('', 'What is odd', ...(odd.length > 0 ? odd : ['  nothing']));
  lines.push('', 'Tensors', ...tensorLines(checkpoint.tensors));
  return lines;
}

function about(model: InspectedModel): readonly string[] {
  const { name, kind, parameters, dtype, hasVae, hasPreview, keptBytes } = model;
  const decoders = `${hasVae ? ', with its VAE' : ''}${hasPreview ? ' and a tiny one for previews' : ''}`;
  const megabytes = Object.entries(keptBytes).map(
    ([type, bytes]) => `${type} ${(bytes / 1e6).toFixed(1)} MB`,
  );
  const open = openWords(model);
  return [
    `${name}: a ${kind}, ${parameters} numbers in ${dtype}${decoders}`,
    ...weightsWords(model),
    ...(dtype === 'bf16' || dtype === 'f64'
      ? [
          `${dtype} is computed with as f32 (${dtype === 'f64' ? 'narrowed' : 'widened'}), or as what it is converted to.`,
        ]
      : []),
    `Converted: ${megabytes.join(', ')}`,
    ...(open.length > 0 ? ['', 'Not said by the file, and taken for the likeliest'] : []),
    ...open.map((words) => `  ${words}`),
  ];
}

function entries(config: object): readonly string[] {
  return Object.entries(config).map(([name, value]) => `  ${name}: ${JSON.stringify(value)}`);
}

async function roundingLines(tensors: readonly ConvertedTensor[]): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const tensor of tensors) {
    const line = describeRounding(tensor, await roundingError(tensor, await tensor.convert()));
    if (line !== undefined) lines.push(`  ${line}`);
  }
  return lines.length > 0 ? lines : ['  every number stays what it is'];
}

async function oddities(
  tensors: TensorMap,
  skippedTypes: readonly string[],
  readsAll: boolean,
): Promise<readonly string[]> {
  const lines = auditDit(tensors).harmless.map((name) => `  ${name} is of no use to pictures`);
  if (skippedTypes.length > 0) lines.push(`  passed over: ${skippedTypes.join(', ')}`);
  if (!readsAll) return lines;
  for (const tensor of tensors.values()) {
    try {
      const values = await readFloat32(tensor);
      expectFinite(tensor.name, new Uint32Array(values.buffer), float32Format);
    } catch (thrown) {
      lines.push(`  ${DyditError.from(thrown).message}`);
    }
  }
  return lines;
}

function tensorLines(tensors: TensorMap): readonly string[] {
  return [...tensors.values()].map(
    ({ name, dtype, shape }) => `  ${name}  ${dtype} [${shape.join(', ')}]`,
  );
}
