import type { TargetDtype } from '../../checkpoint/convert/converted-tensor';

/** Types that a model may be kept in, by the names that people know them by. */
export const typeNames: Record<TargetDtype, string> = {
  f32: 'f32',
  f16: 'f16',
  int8: 'int8',
};

/** What each is good for, in a few words. */
export const typeNotes: Record<TargetDtype, string> = {
  f32: 'every digit',
  f16: 'half the size, hardly a difference',
  int8: 'a quarter of the size, slight differences',
};
