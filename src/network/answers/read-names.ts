import { fitLabels, labelsFault, labelsFromJson } from '../../checkpoint/files/labels';
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
  let leftOut: string | undefined;
  for (const key of keys) {
    const read = readKey(settings, key);
    if (typeof read !== 'string') return { names: read };
    if (read !== '') {
      leftOut ??= `The names in "${key}" are left out, and classes have numbers: ${read}`;
    }
  }
  return leftOut === undefined ? {} : { leftOut };
}

/** The names, or why there are none; '' where none are meant. */
function readKey(settings: JsonObject, key: string): readonly string[] | string {
  const said = settings.get(key);
  const value = parsedSetting(said);
  // Text of a list or an object that is none.
  if (value === undefined && said !== undefined) return 'They are not valid JSON.';
  const names = labelsFromJson(value);
  try {
    if (names) return fitLabels(names);
  } catch (thrown) {
    return DyditError.from(thrown).message;
  }
  const fault = labelsFault(value);
  return fault === undefined ? '' : `${fault}.`;
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
