/** Where a file stands among the shards of a model, as Hugging Face names them. */
const shardName = /^(.*-)(\d{1,6})(-of-)(\d{1,6})(\D.*)?$/;

/** More shards than any model that fits a browser has. */
const maxShards = 1000;

/**
 * Names of the shards that are missing, where the names of those that are there tell.
 * @param present names of files that are parts of one model
 */
export function missingShards(present: readonly string[]): readonly string[] {
  const missing = new Set<string>();
  for (const name of present) {
    const match = shardName.exec(name);
    if (!match) continue;
    const [, before, number, of, total, after = ''] = match;
    const count = Number(total);
    if (count > maxShards) continue;
    for (let i = 1; i <= count; i++) {
      missing.add(`${before}${String(i).padStart(number.length, '0')}${of}${total}${after}`);
    }
  }
  for (const name of present) missing.delete(name);
  return [...missing];
}

/**
 * Which shard of an index a list of tensors is, by its names alone.
 * @returns undefined where its tensors are not those of one shard
 */
export function shardOf(
  weightMap: ReadonlyMap<string, string>,
  tensors: Iterable<string>,
): string | undefined {
  const shards = new Set<string | undefined>();
  for (const name of tensors) {
    shards.add(weightMap.get(name));
    if (shards.size > 1) return undefined;
  }
  const [shard] = shards;
  return shard;
}
