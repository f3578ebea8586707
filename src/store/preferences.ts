import * as v from 'valibot';
import type { BackendChoice, CardChoice, Precision } from '../engine/api';

/** What the visitor has chosen for this browser; none of it travels in links. */
export interface Preferences {
  readonly backend: BackendChoice;
  /** Which graphics card; absent while nobody has said. */
  readonly card?: CardChoice | undefined;
  /** What a graphics card that knows both is to compute with; exact where nobody has said. */
  readonly precision?: Precision | undefined;
  /** Whether the page may draw without a press; absent while nobody has said. */
  readonly live?: boolean | undefined;
  /** Whether pictures are saved with what makes them again; they are where nobody has said. */
  readonly settingsInPictures?: boolean | undefined;
}

/** Keeps the visitor's preferences from one visit to the next. */
export interface PreferenceStore {
  read(): Preferences;
  write(preferences: Preferences): void;
}

/** The name they go by in the browser’s storage. */
export const preferencesKey = 'dydit-web';

const schema = v.fallback(
  v.pipe(
    v.string(),
    v.parseJson(),
    v.object({
      backend: v.fallback(v.picklist(['auto', 'webgpu', 'wasm']), 'auto'),
      card: v.fallback(v.optional(v.picklist(['high-performance', 'low-power'])), undefined),
      precision: v.fallback(v.optional(v.picklist(['exact', 'fast'])), undefined),
      live: v.fallback(v.optional(v.boolean()), undefined),
      settingsInPictures: v.fallback(v.optional(v.boolean()), undefined),
    }),
  ),
  { backend: 'auto', live: undefined },
);

/** Where a browser forbids storage, preferences last as long as the page. */
export function browserPreferences(): PreferenceStore {
  let kept: string | null = null;
  return {
    read() {
      try {
        kept = localStorage.getItem(preferencesKey) ?? kept;
      } catch {
        // Forbidden: what this page has written is all there is.
      }
      return v.parse(schema, kept);
    },
    write(preferences) {
      kept = JSON.stringify(preferences);
      try {
        localStorage.setItem(preferencesKey, kept);
      } catch {
        // Forbidden or full: see above.
      }
    },
  };
}
