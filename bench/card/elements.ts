/** An element with text. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  text = '',
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}

export function note(text: string): HTMLElement {
  const made = element('p', text);
  made.className = 'note';
  return made;
}

/** Rows of cells, the first of each its head; scrolls where the screen is narrow. */
export function table(
  caption: string,
  heads: readonly string[],
  rows: readonly (readonly string[])[],
): HTMLElement {
  const made = document.createElement('table');
  made.createCaption().textContent = caption;
  const top = made.createTHead().insertRow();
  for (const text of heads) top.append(headCell(text, 'col'));
  const body = made.createTBody();
  for (const [first, ...rest] of rows) {
    const line = body.insertRow();
    line.append(headCell(first, 'row'));
    for (const text of rest) line.insertCell().textContent = text;
  }
  const scroll = element('div');
  scroll.className = 'scroll';
  // So that the arrow keys can scroll it.
  scroll.tabIndex = 0;
  scroll.setAttribute('role', 'region');
  scroll.setAttribute('aria-label', caption);
  scroll.append(made);
  return scroll;
}

function headCell(text: string, scope: 'col' | 'row'): HTMLElement {
  const cell = element('th', text);
  cell.scope = scope;
  return cell;
}

/** Three digits. */
export function figure(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}
