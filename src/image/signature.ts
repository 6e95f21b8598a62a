/** Looks at a file's first bytes, by which formats are told apart. */

/** Bytes that are looked at. */
const headBytes = 512;

export function startsWith(bytes: Uint8Array, prefix: readonly number[]): boolean {
  return prefix.every((byte, i) => bytes[i] === byte);
}

/** The head of a file as text, a character a byte. */
export function textHead(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes.subarray(0, headBytes));
}

/** Whether this text stands at this offset. */
export function hasText(bytes: Uint8Array, at: number, text: string): boolean {
  return textHead(bytes).startsWith(text, at);
}

/**
 * The brands of an ISO base media file (ISO/IEC 14496-12, 4.3): the major one
 * and those that it is compatible with. Empty for other files.
 */
export function isoBrands(bytes: Uint8Array): string[] {
  const head = textHead(bytes);
  if (!head.startsWith('ftyp', 4)) return [];
  const boxBytes = Math.min(bytes[2] * 256 + bytes[3], head.length);
  const brands = [head.slice(8, 12)];
  // Behind the major brand stands its version.
  for (let at = 16; at + 4 <= boxBytes; at += 4) brands.push(head.slice(at, at + 4));
  return brands;
}
