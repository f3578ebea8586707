import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { browserAddressBar } from './address-bar';

/** What the browser has been told, and the events that it sends. */
function fakeBrowser() {
  const location = { pathname: '/', search: '', hash: '' };
  const written: string[] = [];
  const events = new EventTarget();
  let isRefusing = false;
  const write = (_state: unknown, _title: string, url: string) => {
    if (isRefusing) throw new DOMException('Too many calls.', 'SecurityError');
    location.search = url.slice(1);
    written.push(url);
  };
  vi.stubGlobal('location', location);
  vi.stubGlobal('history', { replaceState: write, pushState: write });
  vi.stubGlobal('addEventListener', events.addEventListener.bind(events));
  const refuse = (doRefuse: boolean) => void (isRefusing = doRefuse);
  return {
    location,
    written,
    refuse,
    send: (type: string) => events.dispatchEvent(new Event(type)),
  };
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('the address bar', () => {
  it('has a change at once, so that a reload keeps it', () => {
    const { location } = fakeBrowser();
    browserAddressBar().replace('seed=8');
    expect(location.search).toBe('?seed=8');
  });

  it('is written less than 100 times in 30 seconds, and has the last of them', () => {
    const { location, written } = fakeBrowser();
    const bar = browserAddressBar();
    for (let ms = 0; ms < 30_000; ms += 20) {
      bar.replace(`seed=${ms}`);
      expect(bar.read()).toBe(`seed=${ms}`);
      vi.advanceTimersByTime(20);
    }
    expect(written.length).toBeLessThan(100);
    vi.advanceTimersByTime(1000);
    expect(location.search).toBe('?seed=29980');
  });

  it.each(['pagehide', 'beforeunload'])('has what is still to be written at %s', (type) => {
    const { location, send } = fakeBrowser();
    const bar = browserAddressBar();
    for (let seed = 0; seed < 50; seed++) bar.replace(`seed=${seed}`);
    expect(location.search).not.toBe('?seed=49');
    send(type);
    expect(location.search).toBe('?seed=49');
  });

  it.each(['replace', 'push'] as const)(
    'goes on where the browser refuses to %s, and has it a little later',
    (method) => {
      const { location, refuse } = fakeBrowser();
      const bar = browserAddressBar();
      refuse(true);
      bar[method]('seed=8');
      expect(bar.read()).toBe('seed=8');
      vi.advanceTimersByTime(1000);
      expect(location.search).toBe('');
      refuse(false);
      vi.advanceTimersByTime(1000);
      expect(location.search).toBe('?seed=8');
    },
  );

  it('leaves no late change behind for the entry that Back goes to', () => {
    const { location, send } = fakeBrowser();
    const bar = browserAddressBar();
    bar.onNavigate(() => undefined);
    for (let seed = 0; seed < 50; seed++) bar.replace(`seed=${seed}`);
    location.search = '?seed=before';
    send('popstate');
    vi.advanceTimersByTime(2000);
    expect(bar.read()).toBe('seed=before');
  });
});
