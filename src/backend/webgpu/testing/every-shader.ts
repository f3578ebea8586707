import {
  convSource,
  linearSource,
  plainShaders,
  weightedSource,
  type LinearCore,
  type LinearEnd,
  type WeightStorage,
} from '../shaders';

/** A name and a text. */
export type NamedShader = readonly [name: string, code: string];

const linearCores: readonly LinearCore[] = [
  ...(['naive', 'register', 'quad', 'few', 'subgroup', 'tiled', 'tall', 'half'] as const),
];

/** Cores that make convolutions, too. */
const convCores: readonly LinearCore[] = ['tiled', 'tall'];

/** Cores that read x as it is. */
const plainCores: readonly LinearCore[] = ['register', 'quad'];

const storages: readonly WeightStorage[] = ['f32', 'f16', 'f16-packed', 'i8'];
const ends: readonly LinearEnd[] = ['Store', 'AddGated', 'Patches'];
const either = [false, true] as const;

/** Every text that a kernel can be compiled from. */
export function everyShader(): readonly NamedShader[] {
  return [...Object.entries(plainShaders), ...storages.flatMap(weighted)];
}

function weighted(storage: WeightStorage): readonly NamedShader[] {
  // Weights of convolutions and patches have no scales.
  const scaled: readonly NamedShader[] =
    storage === 'i8'
      ? []
      : [
          [`conv ${storage}`, weightedSource('conv', storage)],
          [`patchEmbed ${storage}`, weightedSource('patchEmbed', storage)],
          ...convCores.map(
            (core) => [`conv ${core} ${storage}`, convSource(core, storage)] as const,
          ),
        ];
  return [...scaled, ...linearCores.flatMap((core) => products(core, storage))];
}

function products(core: LinearCore, storage: WeightStorage): readonly NamedShader[] {
  return ends.flatMap((end) =>
    either.flatMap((kept) =>
      either
        .filter((normed) => !normed || !plainCores.includes(core))
        .map((normed) => {
          const words = ['linear', core, storage, end, kept && 'kept', normed && 'normed'];
          const name = words.filter(Boolean).join(' ');
          return [name, linearSource(core, { storage, end, kept, normed })] as const;
        }),
    ),
  );
}
