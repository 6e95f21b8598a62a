import { ascii } from './cursor.ts';
import { hexDigit } from './hex-digit.ts';

/** Base64 characters that are decoded at once: a multiple of four, and little enough to be short-lived. */
const chunkChars = 32_768;

/** Of the end of a data URL's head, where `;base64` has to stand. */
const headTailBytes = 32;

/** What base64 is made of (RFC 4648, 4), and the platform reads. */
const isPlain = new Uint8Array(256);
for (const char of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=') {
  isPlain[char.charCodeAt(0)] = 1;
}

const isSpace = new Uint8Array(256);
for (const char of ' \t\n\f\r') isSpace[char.charCodeAt(0)] = 1;

const percent = 0x25;
const slash = 0x2f;
const underscore = 0x5f;

const decoder = new TextDecoder();

/**
 * Decodes base64 into the memory of its own text, which is a quarter longer.
 * It may have either alphabet (RFC 4648, 4 and 5), padding or none, white
 * space anywhere, and percent-encoded characters; and it may be the payload of
 * a data URL (RFC 2397).
 *
 * @param text is overwritten, also where it is refused
 * @returns a part of `text`
 * @throws SyntaxError with a message that follows a colon
 */
export function decodeBase64(text: Uint8Array): Uint8Array {
  const base64 = plainBase64(payloadOf(text));
  let length = 0;
  for (let start = 0; start < base64.length; start += chunkChars) {
    const end = Math.min(start + chunkChars, base64.length);
    const chunk = decoder.decode(base64.subarray(start, end));
    const written = decodeChunk(base64.subarray(length), chunk);
    if (end < base64.length && written < (chunkChars / 4) * 3) {
      throw new SyntaxError('the string goes on behind its padding');
    }
    length += written;
  }
  return base64.subarray(0, length);
}

/** @returns how many bytes were written to the start of `target` */
function decodeChunk(target: Uint8Array, base64: string): number {
  try {
    return target.setFromBase64(base64).written;
  } catch (cause) {
    const message =
      'the string has characters that base64 does not have, or the wrong number of them';
    throw new SyntaxError(message, { cause });
  }
}

/** What stands behind the comma of a data URL; anything else as it is. */
function payloadOf(text: Uint8Array): Uint8Array {
  const start = text.findIndex((byte) => isSpace[byte] === 0);
  const url = text.subarray(Math.max(start, 0));
  if (!/^data:/i.test(decoder.decode(url.subarray(0, 5)))) return text;
  const comma = url.indexOf(ascii.comma);
  const tail = url.subarray(Math.max(comma - headTailBytes, 0), Math.max(comma, 0));
  if (!/; *base64 *$/i.test(decoder.decode(tail))) {
    throw new SyntaxError('the data URL does not have ";base64," before its data');
  }
  return url.subarray(comma + 1);
}

/** Turns base64 of any spelling into that of the platform, in place, as it never gets longer. */
function plainBase64(text: Uint8Array): Uint8Array {
  let length = 0;
  while (length < text.length && isPlain[text[length]] === 1) length++;
  for (let at = length; at < text.length; at++) {
    let byte = text[at];
    if (byte === percent) {
      const high = hexDigit(text[at + 1]);
      const low = hexDigit(text[at + 2]);
      // Any other percent sign stays, and is refused.
      if (high !== -1 && low !== -1) {
        byte = high * 16 + low;
        at += 2;
      }
    }
    if (isSpace[byte] === 1) continue;
    if (byte === ascii.minus) byte = ascii.plus;
    else if (byte === underscore) byte = slash;
    text[length] = byte;
    length++;
  }
  return text.subarray(0, length);
}
