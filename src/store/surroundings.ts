import * as v from 'valibot';

/** What the browser and the machine around the page say. */
export interface Surroundings {
  /** Whether the browser has WebGPU at all; it may still refuse an adapter. */
  readonly hasWebGpu: boolean;
  /** Memory of the machine, as far as the browser tells: some tell none, and none tells more than a little. */
  readonly deviceBytes?: number | undefined;
  /** Whether data or battery are to be saved, so that nothing is drawn unasked. Never rejects. */
  readonly isSparing: () => Promise<boolean>;
  /** Asks the browser not to clear by itself what the page keeps. Never rejects. */
  readonly askToPersist: () => Promise<void>;
  /** Whether the browser is to ask before it leaves the page, as something would be lost. */
  readonly askBeforeLeaving: (doAsk: boolean) => void;
}

/** A discharging battery below this is saved. */
const lowBattery = 0.2;

/** A browser that takes longer than this to speak of its battery is not waited for. */
const batteryWaitMs = 500;

const savingData = v.object({ connection: v.object({ saveData: v.literal(true) }) });
const memory = v.object({ deviceMemory: v.number() });
const battery = v.object({ charging: v.boolean(), level: v.number() });

export function browserSurroundings(): Surroundings {
  return {
    hasWebGpu: 'gpu' in navigator && Boolean(navigator.gpu),
    deviceBytes: v.is(memory, navigator) ? navigator.deviceMemory * 2 ** 30 : undefined,
    isSparing: async () =>
      v.is(savingData, navigator) ||
      matchMedia('(prefers-reduced-data: reduce)').matches ||
      (await isBatteryLow()),
    async askToPersist() {
      try {
        await navigator.storage.persist();
      } catch {
        // Not there, or forbidden: what is kept may be cleared.
      }
    },
    askBeforeLeaving(doAsk) {
      // A page with such a listener may not be kept for Back: it is there only while it is needed.
      if (doAsk) addEventListener('beforeunload', ask);
      else removeEventListener('beforeunload', ask);
    },
  };
}

function ask(event: BeforeUnloadEvent): void {
  event.preventDefault();
}

async function isBatteryLow(): Promise<boolean> {
  if (!hasBattery(navigator)) return false;
  const patience = new Promise((resolve) => setTimeout(resolve, batteryWaitMs));
  try {
    const state: unknown = await Promise.race([navigator.getBattery(), patience]);
    return v.is(battery, state) && !state.charging && state.level < lowBattery;
  } catch {
    // Forbidden to this page.
    return false;
  }
}

function hasBattery(value: object): value is { getBattery: () => Promise<unknown> } {
  return 'getBattery' in value && typeof value.getBattery === 'function';
}
