import { guarded, quoted } from '../../checkpoint/failure';
import type { ErrorReport } from '../../errors';
import type { AppContext } from '../app-context';
import { settleRedraw } from '../live';
import { takeFromOutside } from '../outside-settings';
import { readPictureFile } from '../picture-file';

const png = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/**
 * Told by its first bytes, whatever its name.
 * @throws DyditError `file-unreadable` where the file is gone
 */
export async function isPicture(file: File): Promise<boolean> {
  const head = await guarded(`The file ${quoted(file.name)}`, () =>
    file.slice(0, png.length).arrayBuffer(),
  );
  const bytes = new Uint8Array(head);
  return png.every((byte, i) => bytes[i] === byte);
}

/**
 * Takes the settings that a picture was made with.
 * @param turn counts what was dropped: a picture that takes longer to read than one after it comes too late
 */
export async function restoreFromPicture(
  context: AppContext,
  file: File,
  turn: number,
): Promise<void> {
  const { session } = context;
  const found = await readPictureFile(file);
  if (found.kind !== 'settings') {
    const error = found.kind === 'none' ? noSettings(file) : brokenSettings(file, found.reason);
    context.set({ notice: { kind: 'error', error } });
    return;
  }
  if (turn < session.pictureTaken) return;
  session.pictureTaken = turn;
  settleRedraw(context);
  const again =
    found.read.shared.run === 'strip'
      ? 'Draw the way makes the strip again.'
      : 'Generate makes the picture again.';
  const lead = `Settings restored from ${file.name}. ${again}`;
  takeFromOutside(context, found.read, lead);
}

function brokenSettings(file: File, reason: string): ErrorReport {
  return {
    code: 'invalid-request',
    message: `${file.name} has settings inside that cannot be read: ${reason}.`,
    advice: 'The settings in use stay as they were. Save the picture once more from this page.',
  };
}

function noSettings(file: File): ErrorReport {
  return {
    code: 'invalid-request',
    message: `${file.name} has no settings inside.`,
    advice: 'Only pictures saved from this page carry the settings they were made with.',
  };
}
