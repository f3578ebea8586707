/** Posted to a version of the page that waits: it is to take over. */
export const takeOver = 'take-over';

/** Answered where other windows have the version before it, whose files it would take away. */
export const otherWindows = 'other-windows';
