import type { InspectedModel } from '../../engine/models/inspect';
import type { LibraryInspection, ModelLibrary } from '../../engine/models/library';
import type { ModelChoice } from '../../engine/models/model-choice';
import { identityOfText } from './fake-engine';

export interface FakeLibraryOptions {
  /** What files come to, by their names and the choice; absent for the last file being a model. */
  readonly inspect?: (
    names: readonly string[],
    choice?: ModelChoice,
  ) => LibraryInspection | Promise<LibraryInspection>;
}

export function fakeInspected(name: string, patch: Partial<InspectedModel> = {}): InspectedModel {
  return {
    ...{ name, kind: 'DyDiT of 2 layers', parameters: 1000, dtype: 'f32', hasVae: false },
    hasPreview: false,
    filesIdentity: identityOfText(name),
    ...{ choices: [{ name: '', tensors: 10 }], chosen: '', questions: [], answers: {} },
    ...{ isDescribed: false, leftOut: [], keptBytes: { f32: 4000, f16: 2000, int8: 1000 } },
    ...patch,
  };
}

export function modelInspection(model: InspectedModel): LibraryInspection {
  return { model, waiting: [], refused: [], parts: [], useless: [], passedOver: [], joins: false };
}

/** A library that keeps nothing and takes every file for a model. */
export function fakeLibrary({ inspect }: FakeLibraryOptions = {}): ModelLibrary & {
  readonly remembered: Map<string, ModelChoice>;
} {
  const remembered = new Map<string, ModelChoice>();
  return {
    remembered,
    async inspect(files, choice) {
      const names = files.map(({ name }) => name);
      return inspect
        ? inspect(names, choice)
        : modelInspection(fakeInspected(names.at(-1) ?? 'nothing'));
    },
    remember: (identity, choice) => Promise.resolve(void remembered.set(identity, choice)),
    keep: () => Promise.reject(new Error('This library keeps nothing.')),
    fetch: () => Promise.reject(new Error('This library has no network.')),
    discard: () => Promise.resolve(),
    overview: () => Promise.resolve({ models: [], unfinished: [], isPersistent: false }),
    remove: () => Promise.resolve(),
    rename: () => Promise.resolve(),
    files: () => Promise.resolve([]),
  };
}
