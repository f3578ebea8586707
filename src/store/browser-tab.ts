/** Under this name the browser's tab keeps its number, which a reload leaves alone. */
const tabKey = 'dydit-web-tab';

/** The page before a reload is gone by then; who still has its number is another tab. */
const patienceMs = 2000;

let claimed: Promise<string> | undefined;

/**
 * What tells this tab from the others, over reloads. A tab that was duplicated has the number of the
 * other one, which goes on using it: this one gets a new number, and with it nothing of the other's.
 * @throws where the browser forbids storage
 */
export function tabName(): Promise<string> {
  return (claimed ??= claim());
}

async function claim(): Promise<string> {
  const known = sessionStorage.getItem(tabKey);
  if (known !== null && (await hold(known))) return known;
  const name = crypto.getRandomValues(new Uint32Array(2)).join('-');
  sessionStorage.setItem(tabKey, name);
  await hold(name);
  return name;
}

/** Takes a number for as long as the page is in sight; false where another tab has it. */
function hold(name: string): Promise<boolean> {
  // Over plain http there are no locks: a number is then whoever's has it.
  if (!('locks' in navigator)) return Promise.resolve(true);
  const signal = AbortSignal.timeout(patienceMs);
  return new Promise((resolve) => {
    const keep = () =>
      new Promise<void>((letGo) => {
        // A page that holds a lock is not kept for Back.
        const release = () => {
          claimed = undefined;
          letGo();
        };
        addEventListener('pagehide', release, { once: true });
        resolve(true);
      });
    navigator.locks
      .request(`dydit-web-tab-${name}`, { signal }, keep)
      .catch(() => resolve(!signal.aborted));
  });
}
