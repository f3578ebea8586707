/** What can be seen of the page at one moment. */
export interface Seen {
  /** Of the address, without '?'. */
  readonly query: string;
  /** Whether anything shows that it is under way. */
  readonly isBusy: boolean;
  readonly canGenerate: boolean;
  /** Kinds of the problems that are shown, and whether they have a button. */
  readonly problems: readonly string[];
  readonly hasRemedy: boolean;
  /** Of the model in use. */
  readonly model: string;
  /** What the settings' fields say, by their names. */
  readonly fields: Readonly<Record<string, string | undefined>>;
  readonly liveEngines: number;
  /** The pictures on the stage and the link that is of them; absent where there are none. */
  readonly shown?: { readonly link: string; readonly pictures: readonly string[] };
}

interface SoakWorker {
  readonly name: string;
  readonly worker: Worker;
}

declare global {
  interface Window {
    /** Workers that were not ended. */
    soakWorkers: Set<SoakWorker>;
    /** What was last copied. */
    soakCopied: string;
  }
}

/** Keeps count of workers and of what is copied. Runs in the page before anything else. */
export function watchPage(): void {
  window.soakWorkers = new Set();
  window.soakCopied = '';
  window.Worker = class extends Worker {
    readonly #entry: SoakWorker;
    constructor(url: string | URL, options?: WorkerOptions) {
      super(url, options);
      this.#entry = { name: options?.name ?? '', worker: this };
      window.soakWorkers.add(this.#entry);
    }
    override terminate(): void {
      window.soakWorkers.delete(this.#entry);
      super.terminate();
    }
  };
  navigator.clipboard.writeText = (text) => {
    window.soakCopied = text;
    return Promise.resolve();
  };
}

/** Looks at the page. Runs in it. */
export function probe(): Seen {
  const all = <T extends Element>(selector: string): T[] => [
    ...document.querySelectorAll<T>(selector),
  ];
  const buttons = all<HTMLButtonElement>('button');
  const isPressable = (button: HTMLButtonElement) =>
    !button.disabled && button.getAttribute('aria-disabled') !== 'true';
  const wordsOf = (element: Element) => element.textContent.trim();
  const fields: Record<string, string | undefined> = {};
  for (const input of all<HTMLInputElement>('form[aria-label="Settings"] input')) {
    const name = input.labels?.[0]?.textContent ?? '';
    if (input.type === 'text') fields[name] = input.value;
    if (input.getAttribute('role') === 'switch') fields[name] = input.checked ? 'on' : 'off';
    if (input.type === 'radio' && input.checked) fields.Style = name;
  }
  const problems = all<HTMLElement>('[role="alert"][data-error]');
  const canvases = all<HTMLCanvasElement>('button[aria-label^="Open "] canvas');
  const pictures = canvases.map((canvas) => canvas.toDataURL());
  const copy = buttons.find((button) =>
    /^(Copy link|Link copied|Copy it from)/.test(wordsOf(button)),
  );
  if (pictures.length > 0) copy?.click();
  const model = document.querySelector('button[aria-label^="Model: "]')?.getAttribute('aria-label');
  return {
    query: location.search.slice(1),
    isBusy:
      document.querySelector('[role="progressbar"]') !== null ||
      buttons.some((button) => /^Cancel/.test(wordsOf(button))),
    canGenerate: buttons.some((button) => wordsOf(button) === 'Generate' && isPressable(button)),
    problems: problems.map(({ dataset }) => dataset.error ?? ''),
    hasRemedy: problems.some((card) =>
      [...card.querySelectorAll('button')].some(
        (button) => wordsOf(button) !== '' && isPressable(button),
      ),
    ),
    model: model?.slice('Model: '.length) ?? '',
    fields,
    liveEngines: [...window.soakWorkers].filter(({ name }) => name === 'dydit-engine').length,
    ...(copy && pictures.length > 0
      ? { shown: { link: new URL(window.soakCopied).search.slice(1), pictures } }
      : {}),
  };
}

/** Presses the first button that says so; false where there is none to press. Runs in the page. */
export function pressButton(pattern: string): boolean {
  const words = new RegExp(pattern);
  const button = [...document.querySelectorAll('button')].find(
    (one) =>
      !one.disabled &&
      one.getAttribute('aria-disabled') !== 'true' &&
      words.test(one.getAttribute('aria-label') ?? one.textContent.trim()),
  );
  button?.click();
  return button !== undefined;
}
