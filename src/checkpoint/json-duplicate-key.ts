/**
 * First key that occurs twice in one object of a JSON text, which `JSON.parse` would let pass.
 *
 * @param text JSON that has been parsed before, so that it is known to be well-formed
 */
export function findDuplicateKey(text: string): string | undefined {
  // One entry for each open bracket: the keys seen in an object, undefined for an array.
  const open: (Set<string> | undefined)[] = [];
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '{') open.push(new Set());
    else if (character === '[') open.push(undefined);
    else if (character === '}' || character === ']') open.pop();
    else if (character === '"') {
      const end = closingQuote(text, at);
      if (isKey(text, end)) {
        const key = String(JSON.parse(text.slice(at, end + 1)));
        const keys = open.at(-1);
        if (keys?.has(key)) return key;
        keys?.add(key);
      }
      at = end;
    }
  }
  return undefined;
}

function closingQuote(text: string, openingQuote: number): number {
  let at = openingQuote + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}

function isKey(text: string, closingQuote: number): boolean {
  let at = closingQuote + 1;
  while (' \t\r\n'.includes(text.charAt(at)) && at < text.length) at++;
  return text[at] === ':';
}
