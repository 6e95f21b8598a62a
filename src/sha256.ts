/**
 * SHA-256 (FIPS 180-4) by the platform.
 *
 * @param bytes stay as they are
 * @returns 32 bytes
 */
export async function sha256(bytes: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>));
}

/** The same of a text's UTF-8. */
export async function sha256OfText(text: string): Promise<Uint8Array> {
  return await sha256(new TextEncoder().encode(text));
}
