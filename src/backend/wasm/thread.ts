/** A thread beside this one: a browser's Worker, or Node's. */
export interface Thread {
  post(message: unknown, transfer?: ArrayBuffer[]): void;
  /** Whether the process is to stay alive for it; only Node asks. */
  keepAlive(needed: boolean): void;
  /** Ends it at once, whatever it is doing. */
  terminate(): void;
}

/** A thread that has not said within this that it is ready is done without. */
export const threadStartMs = 20_000;

/** What a thread tells the one that started it. */
export interface ThreadEvents<Message> {
  message(data: Message): void;
  /** It failed, or ended without being asked to. */
  failure(reason: string): void;
}

/** The part of a browser's Worker that is used; `data` is what the worker's own code posts. */
interface BrowserWorker<Message> {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  addEventListener(type: 'message', listener: (event: { readonly data: Message }) => void): void;
  addEventListener(type: 'error', listener: (event: { readonly message: string }) => void): void;
  addEventListener(type: 'messageerror', listener: () => void): void;
  terminate(): void;
}

/** @param worker a Worker of a browser */
export function browserThread<Message>(
  worker: BrowserWorker<Message>,
  events: ThreadEvents<Message>,
): Thread {
  worker.addEventListener('message', ({ data }) => events.message(data));
  worker.addEventListener('error', ({ message }) => {
    events.failure(message || 'it could not be started');
  });
  worker.addEventListener('messageerror', () => events.failure('a message could not be read'));
  return {
    post: (message, transfer = []) => worker.postMessage(message, transfer),
    keepAlive: () => undefined,
    terminate: () => worker.terminate(),
  };
}

/** The part of Node's Worker that is used. */
interface NodeWorker<Message> {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  on(type: 'message', listener: (data: Message) => void): unknown;
  on(type: 'error' | 'messageerror', listener: (error: unknown) => void): unknown;
  on(type: 'exit', listener: (code: number) => void): unknown;
  ref(): void;
  unref(): void;
  terminate(): Promise<number>;
}

/** @param worker a Worker of Node */
export function nodeThread<Message>(
  worker: NodeWorker<Message>,
  events: ThreadEvents<Message>,
): Thread {
  let ended = false;
  worker.on('message', (data) => events.message(data));
  worker.on('error', (error) => {
    events.failure(error instanceof Error ? error.message : String(error));
  });
  worker.on('messageerror', () => events.failure('a message could not be read'));
  worker.on('exit', (code) => {
    if (!ended) events.failure(`it ended with code ${code}`);
  });
  return {
    post: (message, transfer = []) => worker.postMessage(message, transfer),
    keepAlive: (needed) => {
      if (needed) worker.ref();
      else worker.unref();
    },
    terminate: () => {
      ended = true;
      void worker.terminate();
    },
  };
}

/** True in Node, which has no Worker of its own among its globals. */
export function inNode(): boolean {
  return typeof Worker === 'undefined' && typeof process !== 'undefined';
}
