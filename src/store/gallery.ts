import * as v from 'valibot';
import { filesOfManifest, parseManifest } from '../engine/manifest';
import { readQuery, type ReadSettings } from './shared-settings';

/** A picture that the weights of the page drew when they were published. */
export interface GalleryPicture {
  readonly url: string;
  /** 'fox 60 % + avocado 40 %, Noto' */
  readonly title: string;
  /** What makes it again; how many pictures is for the visitor to say. */
  readonly read: ReadSettings;
}

/** Written by `tools/make-gallery.ts`, in a folder `gallery` beside the manifest. */
const gallerySchema = v.object({
  /** Of the weights that drew, as the manifest has them, in its order. */
  sha256: v.array(v.string()),
  pictures: v.array(v.object({ file: v.string(), title: v.string(), settings: v.string() })),
});

export type GalleryFile = v.InferOutput<typeof gallerySchema>;

/** @param manifest its address */
export function galleryAddress(manifest: string): string {
  return new URL('gallery/gallery.json', manifest).href;
}

/**
 * The gallery of a model; nothing where there is none, or where other weights drew it.
 * Never rejects: a page without it lacks nothing.
 */
export async function fetchGallery(manifest: string): Promise<readonly GalleryPicture[]> {
  try {
    const address = galleryAddress(manifest);
    const { sha256, pictures } = v.parse(gallerySchema, await fetchJson(address));
    if (pictures.length === 0) return [];
    const files = filesOfManifest(parseManifest(await fetchJson(manifest)));
    if (files.map((file) => file.sha256).join() !== sha256.join()) return [];
    return pictures.map(({ file, title, settings }) => ({
      url: new URL(file, address).href,
      title,
      read: readQuery(settings),
    }));
  } catch {
    return [];
  }
}

async function fetchJson(url: string): Promise<unknown> {
  const response = await fetch(url);
  return response.json();
}
