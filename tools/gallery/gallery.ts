import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { createEngine, type Engine, type ModelInfo } from '../../src/engine/index';
import { filesOfManifest, parseManifest } from '../../src/engine/manifest';
import { applyShared } from '../../src/store/apply-shared';
import { defaultSettings } from '../../src/store/default-settings';
import { galleryAddress, type GalleryFile } from '../../src/store/gallery';
import { writePictureFile } from '../../src/store/picture-file';
import { fileNameOf } from '../../src/store/pictures-of';
import { requestFor, type Settings } from '../../src/store/settings';
import { formatQuery, readQuery, shareSettings } from '../../src/store/shared-settings';
import { describeSubject } from '../../src/store/subject';

/**
 * Draws a gallery beside a manifest, in place of the one that is there: a PNG a wish, and the file
 * that says which weights drew them.
 * @param wishes settings as links have them
 * @throws DyditError; Error where a wish names what the model lacks
 */
export async function makeGallery(manifest: string, wishes: readonly string[]): Promise<void> {
  const url = pathToFileURL(manifest).href;
  const index = fileURLToPath(galleryAddress(url));
  const folder = join(index, '..');
  const json: unknown = JSON.parse(await readFile(manifest, 'utf8'));
  const sha256 = filesOfManifest(parseManifest(json)).map((file) => file.sha256 ?? '');
  const engine = await createEngine({ backend: 'wasm' });
  try {
    const model = await engine.load({ kind: 'manifest', url });
    const granted = wishes.map((wish) => grant(wish, model, engine));
    await mkdir(folder, { recursive: true });
    for (const old of await readdir(folder)) await rm(join(folder, old));
    const pictures: GalleryFile['pictures'] = [];
    for (const settings of granted) pictures.push(await draw(settings, { engine, model, folder }));
    await writeFile(index, `${JSON.stringify({ sha256, pictures }, null, 2)}\n`);
  } finally {
    engine.dispose();
  }
}

function grant(wish: string, model: ModelInfo, { machine }: Engine): Settings {
  const usual = { ...defaultSettings(model, machine, 0), images: 1, ...samplingOf(model) };
  const { settings, changes } = applyShared(usual, readQuery(wish), model);
  const change = changes.at(0);
  if (change) throw new Error(`${wish}: this model has no ${change.name} ${change.asked}.`);
  return settings;
}

/** However slow this machine is. */
function samplingOf({ defaults: { sampler, steps, guidance } }: ModelInfo) {
  return { sampler, steps, guidance };
}

interface Studio {
  readonly engine: Engine;
  readonly model: ModelInfo;
  readonly folder: string;
}

async function draw(
  settings: Settings,
  { engine, model, folder }: Studio,
): Promise<GalleryFile['pictures'][number]> {
  const { pictures } = await engine.generate(requestFor(settings, model, 'off'));
  const shared = shareSettings(settings, model);
  const file = fileNameOf(settings, model);
  await writeFile(join(folder, file), await writePictureFile(pictures[0], shared));
  // How many pictures is for the visitor to say.
  const query = formatQuery({ ...shared, images: undefined });
  return { file, title: describeSubject(settings, model), settings: query };
}
