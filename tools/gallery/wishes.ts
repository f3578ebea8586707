/**
 * What the gallery shows, as links have it; all else is as the model has it. Seeds are chosen by eye,
 * anew for new weights.
 */
export const wishes = [
  'class=fox&style=twemoji&seed=1',
  'class=ghost&style=noto&seed=5',
  'class=rocket&style=twemoji&seed=3',
  'class=lion&style=noto&seed=4&variation=0.5',
  'class=sunflower&style=noto&seed=5&variation=0.5',
  'class=penguin&style=noto&style-mix=fluent:0.5&seed=6',
  'class=castle&style=fluent-flat&seed=2',
  'class=owl&style=noto&seed=3',
  'class=cactus&style=fluent-flat&seed=10',
  'class=dog-face&style=fluent&seed=4',
  'class=soccer-ball&mix=panda:0.4&style=noto&seed=2',
  'class=guitar&style=noto&seed=13&variation=0.5',
] as const;
