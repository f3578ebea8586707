/** Longer texts are no numbers that anyone means. */
const longestNumber = 40;

/**
 * A number as people type it, whatever the language of their keyboard: with a point or a comma
 * before the decimals ('2,5' is 2.5), with digits of any script. The last of several kinds of sign
 * is the decimal one ('1.234,5'); a sign that comes more than once groups thousands ('1,234,567').
 * @returns `undefined` where it is no number
 */
export function parseNumber(text: string): number | undefined {
  const plain = text
    .trim()
    .replaceAll(/\p{Nd}/gu, digitOf)
    .replaceAll(/[\s'’_\u066C]/gu, '')
    .replaceAll(/[\u066B\uFF0C\uFF0E]/gu, '.')
    .replace(/^[\u2212\u2013\uFF0D]/u, '-');
  if (plain.length > longestNumber || !/^[+-]?[\d.,]*\d[.,]?$/.test(plain)) return undefined;
  const decimal = decimalSign(plain);
  const normal = plain.replaceAll(/[.,]/g, (sign) => (sign === decimal ? '.' : ''));
  return Number(normal);
}

function decimalSign(text: string): string | undefined {
  const last = Math.max(text.lastIndexOf('.'), text.lastIndexOf(','));
  const sign = text.at(last);
  if (last < 0 || sign === undefined) return undefined;
  return text.indexOf(sign) === last ? sign : undefined;
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
