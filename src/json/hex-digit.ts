const values = new Int8Array(256).fill(-1);
for (let value = 0; value < 16; value++) {
  const digit = value.toString(16);
  values[digit.charCodeAt(0)] = value;
  values[digit.toUpperCase().charCodeAt(0)] = value;
}

/** The value of a hexadecimal digit in ASCII, -1 for any other byte and behind the end of bytes. */
export function hexDigit(byte: number | undefined): number {
  return values[byte ?? 0];
}
