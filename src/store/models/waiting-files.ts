import type { AppContext } from '../app-context';
import { takeFiles } from './open-files';
import type { Opening } from './opening';
import type { WaitingFiles } from './waiting-store';

/** A copy of this much is made in a moment, and any browser has the room. */
const mostBytes = 256 * 2 ** 20;

/**
 * Keeps files that wait for others, or for an answer, so that a reload does not lose them. For larger
 * ones the browser asks before the page is left, and the next one says what is gone.
 */
export function keepWaiting({ dependencies, get }: AppContext, opening: Opening | null): void {
  const { waiting, surroundings } = dependencies;
  // What is being looked at or converted is as good as what it was before.
  if (opening?.status === 'reading' || opening?.status === 'keeping') return;
  const kept = opening && waitingFiles(opening);
  // Until they are written they would be lost as well.
  surroundings.askBeforeLeaving(kept !== null);
  if (!kept) {
    void waiting.clear();
    return;
  }
  void waiting.write(kept).then((isKept) => {
    const isSafe = isKept && kept.lost.length === 0;
    if (get().opening === opening) surroundings.askBeforeLeaving(!isSafe);
  });
}

function waitingFiles(opening: Opening): WaitingFiles | null {
  if (opening.status === 'fetching') return opening.before && waitingFiles(opening.before);
  if (opening.status !== 'waiting' && opening.status !== 'asking') return null;
  const { address } = opening;
  const files: File[] = [];
  const lost: string[] = [];
  let bytes = 0;
  for (const file of opening.files.toSorted((a, b) => a.size - b.size)) {
    bytes += file.size;
    if (bytes <= mostBytes) files.push(file);
    else lost.push(file.name);
  }
  return { files, lost, ...(address === undefined ? {} : { address }) };
}

/** Brings back what waited on the page before a reload. Never rejects. */
export async function restoreWaiting(context: AppContext): Promise<void> {
  const { dependencies, session, get, set } = context;
  const runBefore = session.abort;
  const kept = await dependencies.waiting.read();
  const { opening } = get();
  // What was dropped since is more than what waited; what a link asks for is less.
  if (!kept || (opening && opening.status !== 'confirming')) return;
  const { files, lost, address } = kept;
  if (files.length > 0) await takeFiles(context, files, { address, runBefore });
  if (lost.length === 0) return;
  const [is, it] = lost.length === 1 ? ['is', 'it'] : ['are', 'them'];
  set({
    notice: {
      kind: 'info',
      text: `${lost.join(', ')} ${is} too large to be kept over a reload: drop ${it} again.`,
    },
  });
}
