/** Writes WebP files chunk by chunk (RFC 9649, section 2). */

/** "RIFF", size, "WEBP" (2.4). */
export const fileHeaderBytes = 12;
/** A chunk's name and size (2.3). */
export const chunkHeaderBytes = 8;

export const canvasFlag = { animation: 0x02, exif: 0x08, alpha: 0x10 } as const;

export function littleEndian(value: number, bytes: number): number[] {
  return Array.from({ length: bytes }, (_, i) => (value >>> (8 * i)) & 0xff);
}

export function joinBytes(...parts: (Uint8Array | readonly number[])[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

export function chunk(name: string, data: Uint8Array | readonly number[]): Uint8Array {
  const padding = data.length % 2 === 0 ? [] : [0];
  return joinBytes(Buffer.from(name), littleEndian(data.length, 4), data, padding);
}

export function webpFile(...chunks: Uint8Array[]): Uint8Array {
  return chunk('RIFF', joinBytes(Buffer.from('WEBP'), ...chunks));
}

/** The chunk of a simple file, which is all but its header. */
export function pictureChunk(file: Uint8Array): Uint8Array {
  return file.subarray(fileHeaderBytes);
}

/** The header of an extended file (2.7). */
export function canvasChunk(width: number, height: number, flags = 0): Uint8Array {
  return chunk('VP8X', [
    ...littleEndian(flags, 4),
    ...littleEndian(width - 1, 3),
    ...littleEndian(height - 1, 3),
  ]);
}

/** In front of an animation's frames (2.7.1.1): on any background, without end. */
export const animationChunk = chunk('ANIM', [0, 0, 255, 255, 0, 0]);

export interface AnimationFrame {
  /** Pixels, even numbers. */
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A frame of an animation (2.7.1.1). */
export function frameChunk(frame: AnimationFrame, ...chunks: Uint8Array[]): Uint8Array {
  const { left, top, width, height } = frame;
  const place = [left / 2, top / 2, width - 1, height - 1, 100];
  const head = place.flatMap((value) => littleEndian(value, 3));
  return chunk('ANMF', joinBytes(head, [0], ...chunks));
}
