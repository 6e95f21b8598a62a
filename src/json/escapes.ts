import { ascii } from './cursor.ts';
import { hexDigit } from './hex-digit.ts';

/** The characters that short escapes stand for (RFC 8259, 7); the others stand for themselves. */
const shortEscapes = new Uint8Array(256).map((_, code) => code);
for (const [letter, char] of ['b\b', 'f\f', 'n\n', 'r\r', 't\t']) {
  shortEscapes[letter.charCodeAt(0)] = char.charCodeAt(0);
}

/** Is no character's byte in UTF-8. */
const noCharacter = 0xff;

/**
 * Resolves the escapes of a JSON string in place. Characters beyond ASCII
 * become bytes that no text holds.
 *
 * @param text what stands between the quotation marks, with escapes that were checked
 * @returns a part of `text`
 */
export function unescapeAscii(text: Uint8Array): Uint8Array {
  const first = text.indexOf(ascii.backslash);
  if (first === -1) return text;
  let length = first;
  for (let at = first; at < text.length; at++) {
    let byte = text[at];
    if (byte === ascii.backslash) {
      at++;
      if (text[at] === ascii.lowerU) {
        byte = asciiOf(text, at + 1);
        at += 4;
      } else {
        byte = shortEscapes[text[at]];
      }
    }
    text[length] = byte;
    length++;
  }
  return text.subarray(0, length);
}

/** The character that four hexadecimal digits name. */
function asciiOf(text: Uint8Array, at: number): number {
  let code = 0;
  for (let i = at; i < at + 4; i++) code = code * 16 + hexDigit(text[i]);
  return code < 0x80 ? code : noCharacter;
}
