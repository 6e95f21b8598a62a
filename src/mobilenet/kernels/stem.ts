import { multiplyRows } from './pointwise';

/**
 * The 3x3 convolution over the picture's three channels, stride 2, `same` padding: as the side is even,
 * that pads one row below and one column on the right.
 *
 * A row of the matrix product is a window: three pieces of 9 values, read as 12. What the last three are is
 * all the same, since their weights are 0.
 *
 * @param x pixels, uint8 [side, side, 3]
 * @param padded room for (side + 1) rows of (side + 2) * 3 bytes
 * @param y stored [side / 2, side / 2, outputs], outputs a multiple of 8
 * @param weights as for {@link multiplyRows}, 3 segments of 12
 * @param padding stored value of the input's real zero
 */
export function stem(
  x: usize,
  side: usize,
  padded: usize,
  y: usize,
  outputs: usize,
  weights: usize,
  channels: usize,
  padding: i32,
  zeroPoint: i32,
  lowest: i32,
  highest: i32,
): void {
  const rowBytes = side * 3;
  const stride = rowBytes + 6;
  for (let row: usize = 0; row < side; row++) {
    copyRow(padded + row * stride, x + row * rowBytes, rowBytes);
    memory.fill(padded + row * stride + rowBytes, <u8>padding, 6);
  }
  memory.fill(padded + side * stride, <u8>padding, stride);
  const outputSide = side >> 1;
  for (let row: usize = 0; row < outputSide; row++) {
    multiplyRows(
      padded + (row << 1) * stride,
      6,
      3,
      12,
      stride,
      y + row * outputSide * outputs,
      <i32>outputSide,
      outputs,
      weights,
      channels,
      zeroPoint,
      lowest,
      highest,
    );
  }
}

/** Pixels as they are stored: int8 activations of pixels are the pixel less 128. */
function copyRow(to: usize, from: usize, bytes: usize): void {
  if (STORED_OFFSET === 128) {
    memory.copy(to, from, bytes);
  } else {
    for (let at: usize = 0; at < bytes; at++) store<u8>(to + at, load<u8>(from + at) ^ 128);
  }
}
