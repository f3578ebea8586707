import { useEffect } from 'react';

/** Dialogs give the focus back themselves, within a moment. */
const patienceMs = 60;

/** Marks the button that one goes on with. */
export const goOnId = 'go-on';

/**
 * Where the focused button has gone or been disabled (Compare while it runs, a message that was
 * dismissed, a device that was lost), the focus goes where one would go on: to what a problem
 * offers, else to Generate, which is Cancel during a run. Without it the keyboard starts anew at
 * the top of the page.
 */
export function FocusKeeper() {
  useEffect(() => {
    let last: Element | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const isGone = () => last !== null && (!last.isConnected || last.matches(':disabled'));
    const goOn = () => {
      timer = undefined;
      if (!isGone() || document.activeElement !== document.body) return;
      const target =
        document.querySelector('[role="alert"] button:not(:disabled)') ??
        document.querySelector(`#${goOnId}:not(:disabled)`);
      if (target instanceof HTMLElement) target.focus();
    };
    const remember = ({ target }: FocusEvent) => {
      if (target instanceof Element) last = target;
    };
    // Whoever presses on the page itself wants the focus nowhere.
    const release = () => {
      if (!isGone()) last = null;
    };
    const watch = new MutationObserver(() => {
      if (isGone()) timer ??= setTimeout(goOn, patienceMs);
    });
    watch.observe(document.body, {
      subtree: true,
      childList: true,
      attributeFilter: ['disabled'],
    });
    addEventListener('focusin', remember);
    addEventListener('pointerdown', release);
    return () => {
      clearTimeout(timer);
      watch.disconnect();
      removeEventListener('focusin', remember);
      removeEventListener('pointerdown', release);
    };
  }, []);
  return null;
}
