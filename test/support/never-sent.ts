let number = 0;

/**
 * A JPEG that nobody has sent before, so that no result of it is kept: with a
 * comment (T.81, B.2.4.5) of its own.
 */
export function neverSent(jpeg: Uint8Array): Uint8Array<ArrayBuffer> {
  number += 1;
  const comment = new TextEncoder().encode(`${number} ${crypto.randomUUID()}`);
  return new Uint8Array([
    ...jpeg.subarray(0, 2),
    ...[0xff, 0xfe, 0, comment.length + 2],
    ...comment,
    ...jpeg.subarray(2),
  ]);
}
