/** @param bytes stay as they are
 * @returns SHA-256 in hexadecimal
 */
export async function sha256(bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** @see sha256 */
export async function sha256OfText(text: string): Promise<string> {
  return await sha256(new TextEncoder().encode(text));
}
