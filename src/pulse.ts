import type { Clock } from './clock';

/** Signs of life are asked for this often. */
const beatMs = 5000;

/**
 * Beats without a sign of life, one after the other, that mean the end. Several, because a machine
 * that wakes up lets a timer go off before anybody else has had a turn.
 */
const mostSilentBeats = 4;

/** What is done to something that may hang. */
export interface PulseEvents {
  /** Asks it for a sign of life. */
  readonly ask: () => void;
  /** It has given none for too long. */
  readonly onSilence: () => void;
}

/** Watches over something on another thread for as long as work of it is waited for. */
export class Pulse {
  #silentBeats = 0;
  #takeBack: (() => void) | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly events: PulseEvents,
  ) {}

  /** It has said something, whatever it is. */
  heard(): void {
    this.#silentBeats = 0;
  }

  /** @param isWaiting whether anything is waited for */
  watch(isWaiting: boolean): void {
    if (isWaiting === (this.#takeBack !== undefined)) return;
    this.#silentBeats = 0;
    this.#takeBack?.();
    this.#takeBack = isWaiting ? this.#nextBeat() : undefined;
  }

  #nextBeat(): () => void {
    return this.clock.after(beatMs, () => {
      if (this.#silentBeats === mostSilentBeats) {
        this.watch(false);
        this.events.onSilence();
        return;
      }
      this.#silentBeats++;
      this.events.ask();
      this.#takeBack = this.#nextBeat();
    });
  }
}
