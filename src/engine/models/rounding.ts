import type { ConvertedTensor } from '../../checkpoint/convert/converted-tensor';
import type { RoundingError } from '../../checkpoint/convert/rounding-error';

/** 'a.weight  f32 -> int8  off by at most 3.9e-3 of its largest, 8.1e-3 in the mean'; nothing where no number changed. */
export function describeRounding(
  { source, outputs }: ConvertedTensor,
  { largest, rms }: RoundingError,
): string | undefined {
  if (largest === 0) return undefined;
  const { name, dtype, stored = dtype } = source;
  const target = outputs[0].dtype === 'I8' ? 'int8' : outputs[0].dtype.toLowerCase();
  const [most, mean] = [largest, rms].map((value) => value.toExponential(1));
  return `${name}  ${stored} -> ${target}  off by at most ${most} of its largest number, ${mean} in the mean`;
}
