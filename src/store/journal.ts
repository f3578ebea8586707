import type {
  Bookmark,
  GenerateOptions,
  GenerateRequest,
  GenerateResult,
  MachineReport,
  Picture,
} from '../engine/api';

/** What a run has made so far, as plain data that a browser's store can keep. */
export interface JournalData {
  /** Of the model it was made with. */
  readonly identity: string;
  /** What made it: more than one where a run went on elsewhere, in that order. */
  readonly machines: readonly MachineReport[];
  /** What is finished, by what was asked for: pictures of a strip, a leg of a comparison. */
  readonly results: ReadonlyMap<string, GenerateResult>;
  /** What was asked for last, how far that is, and which of its pictures are finished. */
  readonly key?: string | undefined;
  readonly bookmark?: Bookmark | undefined;
  readonly pictures: ReadonlyMap<number, Picture>;
}

/** Keeps what a run has made so far, so that another engine can go on from there. */
export class Journal {
  readonly #results: Map<string, GenerateResult>;
  #key: string | undefined;
  #bookmark: Bookmark | undefined;
  #pictures: Map<number, Picture>;

  readonly identity: string;
  readonly machines: readonly MachineReport[];

  /** @param before all that there is of it, or what a new one begins with */
  constructor(before: Pick<JournalData, 'identity' | 'machines'> & Partial<JournalData>) {
    this.identity = before.identity;
    this.machines = before.machines;
    this.#results = new Map(before.results);
    this.#key = before.key;
    this.#bookmark = before.bookmark;
    this.#pictures = new Map(before.pictures);
  }

  /** Steps done of what was asked for last. */
  get step(): number {
    return this.#bookmark?.step ?? 0;
  }

  get isEmpty(): boolean {
    return this.#results.size === 0 && this.#bookmark === undefined;
  }

  data(): JournalData {
    return {
      identity: this.identity,
      machines: this.machines,
      results: this.#results,
      key: this.#key,
      bookmark: this.#bookmark,
      pictures: this.#pictures,
    };
  }

  /**
   * Does what is asked for, or what is left of it.
   * @param onChange told when there is more to go on from
   */
  async generate(
    request: GenerateRequest,
    work: (
      options: Pick<GenerateOptions, 'from' | 'onBookmark' | 'onPicture'>,
    ) => Promise<GenerateResult>,
    onChange: () => void,
  ): Promise<GenerateResult> {
    const key = JSON.stringify(request);
    const known = this.#results.get(key);
    if (known) return known;
    if (this.#key !== key) this.#turnTo(key);
    const result = await work({
      from: this.#bookmark && { ...this.#bookmark, pictures: this.#pictures },
      onBookmark: (bookmark) => {
        this.#bookmark = bookmark;
        onChange();
      },
      onPicture: (index, picture) => {
        this.#pictures.set(index, picture);
        onChange();
      },
    });
    this.#results.set(key, result);
    this.#turnTo(undefined);
    onChange();
    return result;
  }

  #turnTo(key: string | undefined): void {
    this.#key = key;
    this.#bookmark = undefined;
    this.#pictures = new Map();
  }
}
