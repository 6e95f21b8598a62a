/**
 * Control characters, line separators, halves of characters, and marks that turn the direction of
 * text: what a terminal would obey instead of showing (https://www.unicode.org/reports/tr9/).
 */
const obeyed = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Bidi_Control}]/gu;

/** Text from outside, such as a file's name, for one line of a terminal: it can neither command nor deceive. */
export function printable(text: string): string {
  return text.replace(obeyed, (character) => {
    const [, short] = /^"(\\[tnr])"$/.exec(JSON.stringify(character)) ?? [];
    return short ?? unicodeEscape(character);
  });
}

/** JSON that means the same wherever it is printed. */
export function printableJson(value: unknown): string {
  // Line ends are the layout's; those in strings were escaped.
  return JSON.stringify(value, null, 2).replace(obeyed, (character) =>
    character === '\n' ? character : unicodeEscape(character),
  );
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
