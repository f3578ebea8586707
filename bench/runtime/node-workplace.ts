import { openAsBlob } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { emojiCheckpoint } from '../models';
import { localWorkplace, type Workplace } from '../workplace/workplace';

/* What `node.ts` has bundled for Node; run from the root of the checkout, as npm does. */

export function nodeWorkplace(): Workplace {
  return localWorkplace({
    openEmoji: () => openAsBlob(resolve('public', emojiCheckpoint)),
    emojiManifest: pathToFileURL(resolve('public/models/emoji/manifest.json')).href,
    wasmPeak: () => Promise.reject(new Error('The processor is measured in Chromium.')),
  });
}
