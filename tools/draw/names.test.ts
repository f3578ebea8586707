import { describe, expect, it } from 'vitest';
import { mockInfo } from '../../src/engine/testing/mock-model';
import { nearestNames } from '../../src/store/nearest-names';
import { parseDrawOptions } from './options';
import { picturePath } from './output';
import { settingsFor } from './settings';
import { UsageError } from '../command';

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

describe('what new weights know', () => {
  const lively = {
    ...model,
    samplers: [...model.samplers, 'flow-jumps'] as const,
    variation: { names: ['tilt'] as const, default: 0.7 },
    budget: [
      { shift: -3, share: 0.3, frechet: 2, top1: 0.8 },
      { shift: 3, share: 1, frechet: 1, top1: 0.9 },
    ],
  };
  const livelySettings = (...args: string[]) =>
    settingsFor(parseDrawOptions(args), lively, () => 99);

  it('is taken from the command, else from the model', () => {
    expect(livelySettings('fox')).toMatchObject({ variation: 0.7, budget: 0, mix: null });
    const args = ['fox', '--mix', 'box:0.4', '--style-mix', 'twemoji', '--budget=-2'];
    expect(livelySettings(...args, '--variation', '0')).toMatchObject({
      ...{ variation: 0, budget: -2, mix: { id: 1, share: 0.4 } },
      styleMix: { id: 2, share: 0.5 },
    });
  });

  it('is refused where the model does not know it', () => {
    expect(() => settings('fox', '--variation', '0.5')).toThrow('--variation 0 alone');
    expect(() => settings('fox', '--budget', '1')).toThrow('--budget 0 alone');
    expect(() => settings('fox', '--moves', 'tilt=1')).toThrow('no moves');
    expect(() => settings('fox', '--mix', 'boxs')).toThrow('Did you mean box?');
    expect(() => livelySettings('fox', '--budget', '4')).toThrow('from -3 to 3');
    expect(() => livelySettings('fox', '--moves', 'hue=1')).toThrow('the move hue, but tilt');
    const jumps = ['fox', '--sampler', 'flow-jumps'];
    expect(() => livelySettings(...jumps, '--steps', '17')).toThrow('--steps');
    expect(() => livelySettings(...jumps, '--guidance', '2')).toThrow('--guidance 1 alone');
  });
});

describe('files', () => {
  it('are numbered where there are several', () => {
    expect(picturePath('out/fox.png', 0, 1)).toBe('out/fox.png');
    expect(picturePath('out/fox.png', 2, 4)).toBe('out/fox-3.png');
    expect(picturePath('fox', 0, 1)).toBe('fox.png');
  });
});
