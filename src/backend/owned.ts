/** Owns what must be freed together, in the reverse order of its making. */
export class Owned {
  readonly #resources: { destroy(): void }[] = [];

  /** Takes over something, to be freed with the rest. */
  adopt<T extends { destroy(): void }>(resource: T): T {
    this.#resources.push(resource);
    return resource;
  }

  destroy(): void {
    for (const resource of this.#resources.splice(0).reverse()) resource.destroy();
  }
}
