/**
 * What the gallery shows, as links have it; all else is as the model has it. Seeds are chosen by eye,
 * anew for new weights.
 */
export const wishes = [
  'class=fox&style=fluent&seed=1',
  'class=avocado&mix=cat-face:0.5&style=noto&seed=2',
  'class=rocket&style=twemoji&seed=3',
  'class=octopus&style=noto&seed=4',
  'class=strawberry&style=fluent-flat&seed=5',
  'class=penguin&style=noto&style-mix=fluent:0.5&seed=6',
  'class=pizza&style=twemoji&seed=7',
  'class=tiger-face&mix=peach:0.45&style=fluent&seed=8',
  'class=castle&style=noto&seed=9',
  'class=cactus&style=fluent-flat&seed=10',
  'class=pig-face&mix=strawberry:0.4&style=twemoji&seed=11',
  'class=snowman&style=noto-blob&seed=12',
] as const;
