import { describe, expect, it } from 'vitest';
import { parseDrawOptions } from './options';
import { UsageError } from '../command';

const parse = (line: string) => parseDrawOptions(line.split(' ').filter(Boolean));

describe('the command line', () => {
  it('leaves to the model what it does not name', () => {
    expect(parse('fox')).toEqual({
      kind: 'draw',
      subject: 'fox',
      count: 1,
      models: [],
      choice: { answers: {} },
      dynamicWidth: true,
      dynamicTokens: true,
      quiet: false,
    });
  });

  it('takes every flag', () => {
    const line =
      'cat face --style twemoji --seed 7 --count 4 --steps 25 --guidance 2.5 --sampler flow-heun ' +
      '--width off --threads 2 --model some/where --model config.json --vae vae.pt --weights ema --answer numHeads=6 ' +
      '-o out/fox.png -q';
    expect(parse(line)).toEqual({
      kind: 'draw',
      subject: 'cat face',
      style: 'twemoji',
      seed: 7,
      count: 4,
      steps: 25,
      guidance: 2.5,
      sampler: 'flow-heun',
      dynamicWidth: false,
      dynamicTokens: true,
      threads: 2,
      models: ['some/where', 'config.json'],
      choice: { weights: 'ema', answers: { numHeads: 6 } },
      vae: 'vae.pt',
      output: 'out/fox.png',
      quiet: true,
    });
    expect(
      parse(
        'fox --mix keycap:-#:0.4 --style-mix Fluent --variation 0.3 --moves tilt=-0.5,shift-x=1 --budget=-2',
      ),
    ).toMatchObject({
      mix: { name: 'keycap:-#', share: 0.4 },
      styleMix: { name: 'Fluent', share: 0.5 },
      variation: 0.3,
      moves: { tilt: -0.5, shift_x: 1 },
      budget: -2,
    });
    expect(parse('fox --mix keycap:#')).toMatchObject({ mix: { name: 'keycap:#', share: 0.5 } });
    expect(parse('fox --static')).toMatchObject({ dynamicWidth: false, dynamicTokens: false });
  });

  it('needs no class for help and lists', () => {
    expect(parse('--help').kind).toBe('help');
    expect(parse('-h fox --list').kind).toBe('help');
    expect(parse('--list').kind).toBe('list');
  });

  it.each([
    ['', 'No class'],
    ['fox --colour red', '--colour'],
    ['fox --steps', '--steps'],
    ['fox --steps 0', '--steps takes a number from 1 to 1000, not "0"'],
    ['fox --steps 2.5', 'whole number'],
    ['fox --seed 4294967296', '--seed'],
    ['fox --count many', '--count'],
    ['fox --guidance 0.5', '--guidance'],
    ['fox --guidance NaN', '--guidance'],
    ['fox --sampler euler', 'flow-euler'],
    ['fox --mix box:2', '--mix takes a number from 0 to 1'],
    ['fox --variation 2', '--variation'],
    ['fox --moves spin=1', 'mirror, tilt'],
    ['fox --moves tilt=2', '--moves tilt takes a number from -1 to 1'],
    ['fox --moves mirror=0.5', 'whole number'],
    ['fox --moves tilt', '--moves tilt'],
    ['fox --budget much', '--budget'],
    ['fox --width maybe', 'on or off'],
    ['fox --threads 0', '--threads'],
    ['fox --help=yes', '--help'],
  ])('refuses "%s", naming what is wrong', (line, says) => {
    expect(() => parse(line)).toThrow(UsageError);
    expect(() => parse(line)).toThrow(says);
  });
});
