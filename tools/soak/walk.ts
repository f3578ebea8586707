import type { Random } from './random';

/** A page, and all that can be done to it. */
export interface Ground {
  /** Names of the actions, each as often as it is to come up. */
  readonly actions: readonly string[];
  act(name: string): Promise<void>;
  /** Waits until nothing is under way, and says in sentences what is not as it must be then. */
  rest(): Promise<readonly string[]>;
}

export interface WalkOptions {
  readonly actions: number;
  /** Called after each action; the walk ends where it says so. */
  readonly onAction?: ((count: number) => boolean) | undefined;
}

/** A walk that found something. */
export class Violation extends Error {
  constructor(what: string, path: readonly string[]) {
    super(`${what} (action ${path.length})\nThe last actions: ${path.slice(-12).join(', ')}`);
  }
}

/** Actions follow at once, or once the page has come to rest. */
const restsOnceIn = 2;

/**
 * Does whatever can be done to a page, in an order that a seed decides, and looks at it whenever it
 * comes to rest.
 * @throws Violation
 */
export async function walk(
  ground: Ground,
  random: Random,
  { actions, onAction }: WalkOptions,
): Promise<void> {
  const path: string[] = [];
  const expectInOrder = async () => {
    const faults = await ground.rest();
    if (faults.length > 0) throw new Violation(faults.join('\n'), path);
  };
  for (let count = 1; count <= actions; count++) {
    const name = random.of(ground.actions);
    path.push(name);
    await ground.act(name);
    if (random.once(restsOnceIn)) await expectInOrder();
    if (onAction?.(count)) return;
  }
  await expectInOrder();
}

/** Each name as often as its weight says. */
export function byWeight(
  actions: Readonly<Record<string, { readonly weight: number }>>,
): readonly string[] {
  return Object.entries(actions).flatMap(([name, { weight }]) =>
    Array.from({ length: weight }, () => name),
  );
}
