/** Whether what a link calls a model is an address of the web. */
export function isAddress(model: string): boolean {
  return /^https?:\/\//i.test(model) && URL.canParse(model);
}
