/**
 * A script of this origin that imports one of another, which a browser starts no Web Worker from.
 *
 * @returns its address, good until it is revoked
 */
export function importingBlob(url: string): string {
  const text = `importScripts(${JSON.stringify(url)});`;
  return URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
}
