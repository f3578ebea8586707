import { quoted } from '../failure';
import type { NamedFile } from './named-file';

/** What weights may be that run. */
export type Runnable = 'dit' | 'vae' | 'tiny';

/** A sound file that nothing is done with, and why. */
export interface PassedOverFile {
  readonly file: NamedFile;
  readonly sentence: string;
}

/** A whole network, and the one that came after it. */
export interface Replaced {
  readonly kind: Runnable;
  readonly files: readonly NamedFile[];
  readonly by: readonly NamedFile[];
}

/** Bytes of two files that are compared at a time. */
const compared = 2 ** 20;

const what: Readonly<Record<Runnable, string>> = { dit: 'model', vae: 'VAE', tiny: 'tiny VAE' };

/** Says which networks are left out for others; nothing of one that came twice. */
export async function sayReplaced(
  replaced: readonly Replaced[],
): Promise<readonly PassedOverFile[]> {
  const passed: PassedOverFile[] = [];
  for (const one of replaced) {
    if (!(await isSame(one))) passed.push({ file: one.files[0], sentence: sentenceOf(one) });
  }
  return passed;
}

function sentenceOf({ kind, files, by }: Replaced): string {
  const [before, after] = [files[0].name, by[0].name];
  const one = what[kind];
  return before === after
    ? `Of two ${one}s called ${quoted(before)} the one that came last is taken: drop the other one alone to open that.`
    : `The ${one} in ${quoted(before)} is left out for the one in ${quoted(after)}: drop it alone to open it.`;
}

/** Whether they have the same bytes, read no further than to the first that differs. */
async function isSame({ files, by }: Replaced): Promise<boolean> {
  const [ones, others] = [files, by].map((list) =>
    list.toSorted((a, b) => (a.name < b.name ? -1 : 1)).map(({ blob }) => blob),
  );
  if (ones.map(({ size }) => size).join() !== others.map(({ size }) => size).join()) return false;
  for (const [i, one] of ones.entries()) {
    for (let at = 0; at < one.size; at += compared) {
      const [a, b] = await Promise.all(
        [one, others[i]].map((blob) => blob.slice(at, at + compared).arrayBuffer()),
      );
      const bytes = new Uint8Array(b);
      if (!new Uint8Array(a).every((byte, place) => byte === bytes[place])) return false;
    }
  }
  return true;
}

/** What is said of a picture that comes with files of models. */
export function pictureBeside({ name }: NamedFile): string {
  return `${quoted(name)} is a picture: drop it alone to get the settings that it was made with.`;
}
