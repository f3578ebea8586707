/**
 * What the gallery shows, as links have it; all else is as the model has it. Seeds are chosen by eye,
 * anew for new weights.
 */
export const wishes = [
  'class=fox&style=twemoji&seed=1',
  'class=eagle&style=noto&seed=2&variation=0.5',
  'class=rocket&style=twemoji&seed=3',
  'class=lion&style=noto&seed=4&variation=0.5',
  'class=sunflower&style=noto&seed=5&variation=0.5',
  'class=penguin&style=noto&style-mix=fluent:0.5&seed=6',
  'class=castle&style=noto&seed=9',
  'class=crocodile&style=noto&seed=8&variation=0',
  'class=cactus&style=fluent-flat&seed=10',
  'class=lady-beetle&style=noto&seed=11&variation=0.5',
  'class=cookie&mix=monkey-face:0.45&style=noto&seed=5&variation=0',
  'class=guitar&style=noto&seed=13&variation=0.5',
] as const;
