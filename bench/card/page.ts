/** The elements of bench.html that the script works with. */
export const page = {
  card: found('card', HTMLParagraphElement),
  form: found('form', HTMLFormElement),
  network: found('network', HTMLSelectElement),
  lambda: found('lambda', HTMLSelectElement),
  measure: found('measure', HTMLButtonElement),
  cancel: found('cancel', HTMLButtonElement),
  estimate: found('estimate', HTMLParagraphElement),
  underWay: found('under-way', HTMLDivElement),
  progress: found('progress', HTMLProgressElement),
  remaining: found('remaining', HTMLParagraphElement),
  status: found('status', HTMLParagraphElement),
  results: found('results', HTMLDivElement),
} as const;

function found<T extends HTMLElement>(id: string, type: new () => T): T {
  const element = document.getElementById(id);
  if (element instanceof type) return element;
  throw new Error(`bench.html has no ${type.name} "${id}".`);
}
