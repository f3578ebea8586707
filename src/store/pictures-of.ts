import type { Picture } from '../engine/api';
import type { Outcome } from './app-state';
import { settingsOfImage, staticSettings, type Settings } from './settings';
import { describeSubject } from './subject';

/** A picture with what makes it again, alone. */
export interface MadePicture {
  readonly picture: Picture;
  readonly settings: Settings;
  /** Which of a pair, in a comparison. */
  readonly leg?: 'static' | 'dynamic';
}

/** All pictures of an outcome; those of a comparison in pairs. */
export function picturesOf(outcome: Outcome): readonly MadePicture[] {
  const alone = (index: number) => settingsOfImage(outcome.settings, index);
  if (outcome.kind === 'pictures') {
    return outcome.result.pictures.map((picture, i) => ({ picture, settings: alone(i) }));
  }
  return outcome.static.pictures.flatMap((picture, i) => {
    const other = outcome.dynamic.pictures.at(i);
    const pair: readonly MadePicture[] = [
      { picture, settings: staticSettings(alone(i)), leg: 'static' },
      ...(other ? [{ picture: other, settings: alone(i), leg: 'dynamic' } as const] : []),
    ];
    return pair;
  });
}

/** 'pizza-Twemoji-7.png' */
export function fileNameOf(settings: Settings, model: Outcome['model']): string {
  const name = describeSubject(settings, model).replaceAll(/[^\p{L}\p{N}]+/gu, '-');
  return `${name}-${settings.seed}.png`;
}
