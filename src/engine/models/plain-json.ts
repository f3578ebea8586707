import { isJsonList, isJsonObject, type JsonValue } from '../../checkpoint/json';

/** JSON as JavaScript's own objects, for a schema to check. */
export function plainJson(value: JsonValue): unknown {
  if (isJsonObject(value)) {
    return Object.fromEntries([...value].map(([key, item]) => [key, plainJson(item)]));
  }
  return isJsonList(value) ? value.map(plainJson) : value;
}
