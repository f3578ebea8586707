/** Longest that messages are kept waiting, in milliseconds. */
const longestTurn = 30;

/**
 * What a thread does before it lets messages and timers in. It goes on from run to run: where each
 * is short, many of them would keep a Cancel waiting.
 */
export class Turn {
  #start = performance.now();

  isLong(): boolean {
    return performance.now() - this.#start >= longestTurn;
  }

  /** Lets the messages and timers that are due have their turn. */
  async end(): Promise<void> {
    await nextTurn();
    this.#start = performance.now();
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') {
      setImmediate(resolve);
      return;
    }
    // setTimeout waits 4 ms where it follows itself; a message does not.
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
