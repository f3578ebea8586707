import type { AppContext } from './app-context';
import type { AppActions, AppState } from './app-state';
import { takeFromOutside } from './outside-settings';

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
