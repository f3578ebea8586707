/** Longer texts are no numbers that anyone means. */
const longestNumber = 40;

/**
 * A number as people type it, whatever the language of their keyboard: with a point or a comma
 * before the decimals ('2,5' is 2.5), with digits of any script. The last of several kinds of sign
 * is the decimal one ('1.234,5'); a sign that comes more than once groups thousands ('1,234,567').
 * @param kind of a `whole` number '1,000' is a thousand: nobody writes its decimals
 * @returns `undefined` where it is no number
 */
export function parseNumber(
  text: string,
  kind: 'decimal' | 'whole' = 'decimal',
): number | undefined {
  const plain = text
    .trim()
    .replaceAll(/\p{Nd}/gu, digitOf)
    .replaceAll(/[\s'’_\u066C]/gu, ' ')
    .replaceAll(/[\u066B\uFF0C\uFF0E]/gu, '.')
    .replace(/^[\u2212\u2013\uFF0D]/u, '-');
  if (plain.length > longestNumber || !/^[+-]?[\d., ]*\d[.,]?$/.test(plain)) return undefined;
  const place = kind === 'whole' && isGrouped(plain) ? plain.length : decimalPlace(plain);
  const before = plain.slice(0, place);
  const decimals = plain.slice(place + 1);
  // '1..5' and '12 34' may be meant as anything.
  const isRead = /^[+-]?\d*$/.test(before) || isGrouped(before);
  if (!isRead || !/^\d*$/.test(decimals)) return undefined;
  return Number(`${before.replaceAll(/[., ]/g, '')}.${decimals}`);
}

/** Where the decimals begin: at the last sign, where it is the only one of its kind. */
function decimalPlace(text: string): number {
  const last = Math.max(text.lastIndexOf('.'), text.lastIndexOf(','));
  return last >= 0 && text.indexOf(text.charAt(last)) === last ? last : text.length;
}

/** Thousands as they are written everywhere; in India the groups before them are of two digits. */
function isGrouped(text: string): boolean {
  return /^[+-]?[1-9]\d{0,2}([., ])(?:\d{2,3}\1)*\d{3}$/.test(text);
}

/** Digits of a script are ten code points in a row, from its zero. */
function digitOf(character: string): string {
  let value = 0;
  let code = (character.codePointAt(0) ?? 0) - 1;
  while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(code))) {
    value++;
    code--;
  }
  return String(value);
}
