/** Of the canvas that an emoji is tried on, in pixels. */
const cell = 24;

/** No font has a picture for the last code points there are: what comes is the sign for none. */
const unknownCharacter = '\u{10FFFD}';

/** Of this many in a set that the machine cannot show, a grid of them is still of use. */
const fewMissing = 0.1;

const known = new Map<string, boolean>();

/** RGBA of something written, the first `cell` pixels of it. */
type Written = (text: string) => Uint8ClampedArray | undefined;

/**
 * Whether this machine has a picture for an emoji, and not just the box that stands for a missing one.
 * Where a browser does not let the page look, it is taken to have one.
 */
export function canShow(emoji: string): boolean {
  const kept = known.get(emoji);
  if (kept !== undefined) return kept;
  written ??= writer();
  const shown = isPicture(written, emoji);
  known.set(emoji, shown);
  return shown;
}

/** Whether emoji can stand for things in a grid: but for a few, the machine can show them. */
export function canShowMost(emojis: readonly string[]): boolean {
  const missing = emojis.filter((emoji) => emoji === '' || !canShow(emoji));
  return !emojis.includes('') && missing.length <= fewMissing * emojis.length;
}

/** Told by being anything else than the box. */
export function isPicture(write: Written, emoji: string): boolean {
  // Where no font joins a sequence, its first part says enough.
  const first = String.fromCodePoint(emoji.codePointAt(0) ?? 0);
  const pixels = write(first);
  const box = write(unknownCharacter);
  if (!pixels || !box) return true;
  return pixels.some((value, i) => value !== box[i]);
}

let written: Written | undefined;

function writer(): Written {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = cell;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  const fonts = getComputedStyle(document.documentElement).getPropertyValue('--emoji');
  return (text) => {
    if (!context) return undefined;
    context.clearRect(0, 0, cell, cell);
    context.font = `${cell}px ${fonts}`;
    context.textBaseline = 'top';
    context.fillText(text, 0, 0);
    return context.getImageData(0, 0, cell, cell).data;
  };
}
