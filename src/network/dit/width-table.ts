import type { DitConfig } from '../config';

/** Where the records of the active groups of one layer start, relative to an evaluation's base. */
export interface LayerRecords {
  /** Active heads: K of proj, grid of attention. */
  readonly heads: number;
  /** Active heads once for each of q, k and v: N of qkv. */
  readonly qkv: number;
  /** Active MLP groups: N of fc1, K of fc2. */
  readonly groups: number;
}

/** Record of a layer without gates: one group, index 0. */
export const ungatedRecord = 0;

const ungatedWords = 2;

/** u32 words of one evaluation's records. */
export function tableStride(config: DitConfig): number {
  const heads = config.numHeads;
  return ungatedWords + config.depth * (1 + heads + (1 + 3 * heads) + (1 + heads));
}

/** Offsets of layer `layer`'s records. */
export function layerRecords(config: DitConfig, layer: number): LayerRecords {
  const heads = config.numHeads;
  const start = ungatedWords + layer * (3 + 5 * heads);
  return { heads: start, qkv: start + 1 + heads, groups: start + 2 + 4 * heads };
}

/**
 * Dynamic width for a whole run: which heads and MLP groups are active at each evaluation and
 * layer (TDW, DyDiT section 3.2). It depends on the timestep alone, so it is made once, before
 * sampling.
 */
export class WidthTable {
  /** Active heads, [evaluation][layer]. */
  readonly activeHeads: Uint16Array<ArrayBuffer>;
  /** Active MLP groups, [evaluation][layer]. */
  readonly activeGroups: Uint16Array<ArrayBuffer>;
  /** What the kernels read: `tableStride` words an evaluation. */
  readonly words: Uint32Array<ArrayBuffer>;
  /** u32 words of one evaluation's records. */
  readonly stride: number;

  /**
   * @param logits router outputs (evaluations, 2L(H-1)): for each layer its head logits, then its
   * group logits, of units 1..H-1 (unit 0 is always active). Absent: everything is active.
   */
  constructor(
    private readonly config: DitConfig,
    evaluations: number,
    logits?: Float32Array,
  ) {
    const { depth, numHeads } = config;
    this.stride = tableStride(config);
    this.words = new Uint32Array(evaluations * this.stride);
    this.activeHeads = new Uint16Array(evaluations * depth);
    this.activeGroups = new Uint16Array(evaluations * depth);
    for (let evaluation = 0; evaluation < evaluations; evaluation++) {
      const base = evaluation * this.stride;
      this.#writeRecord(base + ungatedRecord, [0]);
      for (let layer = 0; layer < depth; layer++) {
        const records = layerRecords(config, layer);
        const [heads, groups] = [0, 1].map((kind) =>
          activeUnits(numHeads, logits, ((evaluation * depth + layer) * 2 + kind) * (numHeads - 1)),
        );
        this.#writeRecord(base + records.heads, heads);
        this.#writeRecord(
          base + records.qkv,
          [0, 1, 2].flatMap((part) => heads.map((head) => part * numHeads + head)),
        );
        this.#writeRecord(base + records.groups, groups);
        this.activeHeads[evaluation * depth + layer] = heads.length;
        this.activeGroups[evaluation * depth + layer] = groups.length;
      }
    }
  }

  /** Number of active heads and groups of a layer at an evaluation. */
  at(evaluation: number, layer: number): { readonly heads: number; readonly groups: number } {
    const index = evaluation * this.config.depth + layer;
    return { heads: this.activeHeads[index], groups: this.activeGroups[index] };
  }

  /**
   * Gates as masks of 0 and 1.
   * @returns (L, H) row-major
   */
  masks(evaluation: number, kind: 'heads' | 'groups'): Uint8Array<ArrayBuffer> {
    const { depth, numHeads } = this.config;
    const out = new Uint8Array(depth * numHeads);
    for (let layer = 0; layer < depth; layer++) {
      const record = evaluation * this.stride + layerRecords(this.config, layer)[kind];
      for (let i = 0; i < this.words[record]; i++) {
        out[layer * numHeads + this.words[record + 1 + i]] = 1;
      }
    }
    return out;
  }

  #writeRecord(at: number, units: readonly number[]): void {
    this.words[at] = units.length;
    this.words.set(units, at + 1);
  }
}

/** Indices of the active units: unit 0, and those whose logit is over 0. */
function activeUnits(
  units: number,
  logits: Float32Array | undefined,
  start: number,
): readonly number[] {
  const all = Array.from({ length: units }, (_, unit) => unit);
  if (!logits) return all;
  return all.filter((unit) => unit === 0 || logits[start + unit - 1] > 0);
}
