/** 0..255 to -1..1. */
export const byteScaling = { scale: 1 / 127.5, offset: -1 };

/**
 * [size, size, 3], as pixels and Petal's input lie, to [3, size, size], as
 * ONNX wants it, each value times `scale` plus `offset`.
 */
export function toPlanes(
  values: Uint8Array,
  { scale, offset }: { scale: number; offset: number },
): Float32Array {
  const area = values.length / 3;
  const planes = new Float32Array(values.length);
  for (let at = 0, pixel = 0; pixel < area; pixel++, at += 3) {
    planes[pixel] = values[at] * scale + offset;
    planes[pixel + area] = values[at + 1] * scale + offset;
    planes[pixel + 2 * area] = values[at + 2] * scale + offset;
  }
  return planes;
}
