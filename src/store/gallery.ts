import * as v from 'valibot';
import { filesOfManifest, parseManifest } from '../engine/manifest';
import type { AppContext } from './app-context';
import type { AppActions, AppState } from './app-state';
import { takeFromOutside } from './outside-settings';
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

type GalleryActions = Pick<AppActions, 'openGallery' | 'drawAgain'>;

export function galleryActions(context: AppContext): GalleryActions {
  const { dependencies, get, set } = context;
  return {
    async openGallery() {
      set({ gallery: await dependencies.gallery() });
    },
    async drawAgain({ read }) {
      if (!get().settings) return;
      takeFromOutside(context, read);
      await get().generate();
    },
  };
}

/** Whether visitors see it: while the model is the one that drew it, and they have drawn nothing of their own. */
export function showsGallery({
  gallery,
  source,
  outcomes,
  shownId,
}: Pick<AppState, 'gallery' | 'source' | 'outcomes' | 'shownId'>): boolean {
  const isNew = shownId === null || outcomes.every(({ cause }) => cause !== 'asked');
  return gallery.length > 0 && source.kind === 'manifest' && isNew;
}
