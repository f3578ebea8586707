import type { StoreOverview } from '../../engine/models/library';
import { formatBytes } from '../format';

/** The room that kept models take, or that there are none. */
export function roomWords({
  usage,
  quota,
  isPersistent,
  models,
  unfinished,
}: StoreOverview): string {
  const room =
    usage === undefined || quota === undefined
      ? ''
      : `${formatBytes(usage)} of ${formatBytes(quota)} that the browser gives this page are used. `;
  if (models.length === 0) return unfinished.length === 0 ? `No model yet. ${room}` : room;
  return (
    room +
    (isPersistent
      ? 'The browser has promised not to clear it by itself.'
      : 'The browser may clear it when the disk is full: keep the original files, or export.')
  );
}
