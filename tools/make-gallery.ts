import { fileURLToPath } from 'node:url';
import { DyditError } from '../src/errors';
import { allowRelaxedSimd } from './draw/relaxed-simd';
import { makeGallery } from './gallery/gallery';
import { wishes } from './gallery/wishes';

const embedded = fileURLToPath(new URL('../public/models/emoji/manifest.json', import.meta.url));

/** `npm run gallery [MANIFEST]`: draws the pictures on the empty stage anew, after weights were published. */
allowRelaxedSimd();
try {
  const [manifest = embedded] = process.argv.slice(2);
  await makeGallery(manifest, wishes);
  process.stdout.write(`${wishes.length} pictures drawn by ${manifest}\n`);
} catch (thrown) {
  const { message, advice } = DyditError.from(thrown);
  process.stderr.write(`${[message, advice].filter(Boolean).join(' ')}\n`);
  process.exitCode = 1;
}
