import { fitLabels, labelsFromJson } from '../../checkpoint/files/labels';
import { parseJson, type JsonObject, type JsonValue } from '../../checkpoint/json';
import { DyditError } from '../../errors';

/** Where names of classes stand among options. */
const keys: readonly string[] = ['id2label', 'class_names', 'classes', 'labels', 'label_names'];

/** Names of classes among options of any kind. */
export interface ReadNames {
  readonly names?: readonly string[];
  /** Why those that are there are not taken: numbers do, and the weights are not to blame. */
  readonly leftOut?: string;
}

/** Reads the names of classes that options hold themselves. */
export function readNames(settings: JsonObject): ReadNames {
  for (const key of keys) {
    const names = labelsFromJson(parsedSetting(settings.get(key)));
    if (!names) continue;
    try {
      return { names: fitLabels(names) };
    } catch (thrown) {
      const { message } = DyditError.from(thrown);
      return {
        leftOut: `The names in "${key}" are left out, and classes have numbers: ${message}`,
      };
    }
  }
  return {};
}

/** Metadata holds texts only, some of which are JSON. */
export function parsedSetting(value: JsonValue | undefined): JsonValue | undefined {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value;
  try {
    return parseJson(value, 'The metadata');
  } catch {
    return undefined;
  }
}
