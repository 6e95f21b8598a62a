/** The vector of an answer of POST /v1/embed: float32, little-endian, in base64. */
export function decodeEmbedding(answer: object): Float32Array | undefined {
  if (!('embedding' in answer) || typeof answer.embedding !== 'string') return undefined;
  const bytes = Uint8Array.from(atob(answer.embedding), (character) => character.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  // Whatever the machine's order of bytes.
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(i * 4, true));
}
