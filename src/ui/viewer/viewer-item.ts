import type { Settings } from '../../store/settings';
import type { Picture } from '../../engine/api';

/** A picture as the viewer shows and saves it. */
export interface ViewerItem {
  readonly picture: Picture;
  /** What makes this picture again, alone. */
  readonly settings: Settings;
  readonly label: string;
}
