import type { Picture } from '../engine/api';
import type { Outcome } from './app-state';
import { settingsOfImage, staticSettings, type Settings } from './settings';
import { stepsOfStrip } from './strip-run';
import { describeSubject, describeWay } from './subject';

/** A picture with what makes it again, alone. */
export interface MadePicture {
  readonly picture: Picture;
  readonly settings: Settings;
  /** Which of a pair, in a comparison. */
  readonly leg?: 'static' | 'dynamic';
}

/** All pictures of an outcome; those of a comparison in pairs, those of a strip in order. */
export function picturesOf(outcome: Outcome): readonly MadePicture[] {
  if (outcome.kind === 'strip') {
    const steps = stepsOfStrip(outcome.settings);
    return outcome.results.flatMap(({ pictures }, i) =>
      pictures.map((picture) => ({ picture, settings: steps[i] })),
    );
  }
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
  return `${dashed(describeSubject(settings, model))}-${settings.seed}.png`;
}

/** 'cat-face-to-avocado-Noto-7.png' */
export function wayFileNameOf(settings: Settings, model: Outcome['model']): string {
  return `${dashed(describeWay(settings, model))}-${settings.seed}.png`;
}

function dashed(words: string): string {
  return words.replaceAll(/[^\p{L}\p{N}]+/gu, '-').replace(/-$/, '');
}
