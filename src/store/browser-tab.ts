/** Under this name the browser's tab keeps its number, which a reload leaves alone. */
const tabKey = 'dydit-web-tab';

/**
 * What tells this tab from the others, over reloads.
 * @throws where the browser forbids storage
 */
export function tabName(): string {
  const known = sessionStorage.getItem(tabKey);
  if (known !== null) return known;
  const name = crypto.getRandomValues(new Uint32Array(2)).join('-');
  sessionStorage.setItem(tabKey, name);
  return name;
}
