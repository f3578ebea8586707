import { openAsBlob } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { NamedFile } from '../../src/checkpoint/files/named-file';
import { parseAnswers } from '../../src/engine/models/choice-memory';
import type { ModelChoice } from '../../src/engine/models/model-choice';
import { UsageError } from '../command';

/** Options of every command that opens files of models, for parseArgs. */
export const choiceOptions = {
  weights: { type: 'string' },
  answer: { type: 'string', multiple: true },
} as const;

/** Their lines of help. */
export const choiceHelp = `  --weights NAME      which set of weights, where a file has several (the averaged one)
  --answer NAME=VALUE what the file does not say, such as numHeads=6, prediction=flow-v, nullClass=false;
                      inspect shows what is open`;

/** Options that convert and inspect have in common. */
export const commonOptions = { ...choiceOptions, help: { type: 'boolean', short: 'h' } } as const;

/** Their lines of help. */
export const commonHelp = `${choiceHelp}
  -h, --help          print this, and end
`;

/** @throws UsageError */
export function choiceOf(
  weights: string | undefined,
  answers: readonly string[] = [],
): ModelChoice {
  const given = answers.map((text) => {
    const [name, ...rest] = text.split('=');
    return [name, valueOf(rest.join('='))] as const;
  });
  const parsed = parseAnswers(Object.fromEntries(given));
  const unknown = given.find(([name]) => !parsed || !Object.hasOwn(parsed, name));
  if (!parsed || unknown) {
    throw new UsageError(`--answer ${unknown?.[0] ?? answers.join(' ')} makes no sense.`);
  }
  return { ...(weights === undefined ? {} : { weights }), answers: parsed };
}

function valueOf(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return text;
  }
}

/** Deeper than any model's folder. */
const deepest = 3;

/** Files by their paths; all of a folder's. @throws UsageError where there is none */
export async function openPaths(paths: readonly string[]): Promise<readonly NamedFile[]> {
  const files: NamedFile[] = [];
  const visit = async (path: string, depth: number): Promise<void> => {
    const found = await stat(path).catch(() => undefined);
    if (!found) throw new UsageError(`${path} can't be found.`);
    if (!found.isDirectory()) files.push({ name: basename(path), blob: await openAsBlob(path) });
    else if (depth < deepest) {
      for (const name of (await readdir(path)).toSorted()) {
        // Not of any model: what git, hubs and systems leave in folders.
        if (!name.startsWith('.')) await visit(join(path, name), depth + 1);
      }
    }
  };
  for (const path of paths) await visit(path, 0);
  return files;
}
