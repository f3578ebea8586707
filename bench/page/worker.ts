import { expose } from 'comlink';
import { emojiCheckpoint } from '../models';
import { localWorkplace } from '../workplace/workplace';
import { wasmPeak } from './wasm-peak';

/*
 * Measured where a visitor's engine computes: a page's own thread may not sleep, and so shares no memory with
 * others.
 */

async function openEmoji(): Promise<Blob> {
  const response = await fetch(`/${emojiCheckpoint}`);
  if (!response.ok) throw new Error(`${emojiCheckpoint} can't be read (${response.status}).`);
  return response.blob();
}

expose(
  localWorkplace({
    openEmoji,
    emojiManifest: new URL('/models/emoji/manifest.json', location.href).href,
    wasmPeak,
  }),
);
