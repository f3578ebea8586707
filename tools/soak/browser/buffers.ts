/** What lives on a card while a model is loaded and nothing is under way: as much each time. */
export class BufferBaseline {
  readonly #first = new Map<string, readonly string[]>();

  /**
   * @param model in use
   * @param labels of the buffers on the card, at rest
   * @returns labels of those that were not there when the model was first seen at rest
   */
  beyond(model: string, labels: readonly string[]): readonly string[] {
    const first = this.#first.get(model);
    if (!first) {
      this.#first.set(model, labels);
      return [];
    }
    const known = [...first];
    return labels.filter((label) => {
      const at = known.indexOf(label);
      if (at >= 0) known.splice(at, 1);
      return at < 0;
    });
  }
}
