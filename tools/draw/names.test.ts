import { describe, expect, it } from 'vitest';
import { mockInfo } from '../../src/engine/testing/mock-model';
import { nearestNames } from '../../src/store/nearest-names';
import { parseDrawOptions } from './options';
import { picturePath } from './output';
import { settingsFor } from './settings';
import { UsageError } from './usage';

const names = ['fox', 'box', 'cat-face', 'cat-with-wry-smile', 'dog-face', 'pizza'];

const model = {
  ...mockInfo,
  classes: names.map((name) => ({ name: name.replaceAll('-', ' '), emoji: '', category: '' })),
  styles: ['Noto', 'Noto (blob)', 'Twemoji'],
};

const settings = (...args: string[]) => settingsFor(parseDrawOptions(args), model, () => 99);

describe('names that are not there', () => {
  it.each([
    ['foxs', ['fox']],
    ['cat', ['cat-face', 'cat-with-wry-smile']],
    ['piza', ['pizza']],
    ['zebra', []],
  ])('%s: the nearest ones', (wanted, near) => {
    expect(nearestNames(wanted, names)).toEqual(near);
  });

  it('are refused with a suggestion', () => {
    expect(() => settings('foxs')).toThrow(UsageError);
    expect(() => settings('foxs')).toThrow('There is no class "foxs". Did you mean fox?');
    expect(() => settings('zebra')).toThrow('--list shows all.');
    expect(() => settings('fox', '--style', 'twemojy')).toThrow('Did you mean twemoji?');
    expect(() => settings('fox', '--style', 'crayon')).toThrow('noto, noto-blob, twemoji');
    expect(() => settings('fox', '--sampler', 'ddim')).toThrow('flow-euler and flow-heun do');
  });
});

describe('settings', () => {
  it('are the model’s where nothing else was asked for', () => {
    expect(settings('Cat Face')).toEqual({
      classId: 2,
      styleId: 0,
      mix: null,
      styleMix: null,
      seed: 99,
      sampler: 'flow-euler',
      steps: 4,
      guidance: 1,
      images: 1,
      variation: 0,
      budget: 0,
      dynamicWidth: true,
      dynamicTokens: true,
    });
  });

  it('find styles by name, and none', () => {
    expect(settings('fox', '--style', 'Noto (blob)').styleId).toBe(1);
    expect(settings('fox', '--style', 'any').styleId).toBeNull();
  });
});

describe('files', () => {
  it('are numbered where there are several', () => {
    expect(picturePath('out/fox.png', 0, 1)).toBe('out/fox.png');
    expect(picturePath('out/fox.png', 2, 4)).toBe('out/fox-3.png');
    expect(picturePath('fox', 0, 1)).toBe('fox.png');
  });
});
