import { emojiCheckpoint } from '../models';
import { localWorkplace, type Workplace } from '../workplace/workplace';
import { wasmPeak } from './wasm-peak';

declare global {
  /** What a page of the benchmark does, called from Node. */
  var benchPage: Workplace | undefined;
}

async function openEmoji(): Promise<Blob> {
  const response = await fetch(`/${emojiCheckpoint}`);
  if (!response.ok) throw new Error(`${emojiCheckpoint} can't be read (${response.status}).`);
  return response.blob();
}

globalThis.benchPage = localWorkplace({
  openEmoji,
  emojiManifest: new URL('/models/emoji/manifest.json', location.href).href,
  wasmPeak,
});
