/** What a channel is in front of white: `value * alpha + 255 * (255 - alpha)`, over 255 and rounded. */
export function onWhite(value: number, alpha: number): number {
  const sum = value * alpha + 255 * (255 - alpha) + 128;
  return (sum + (sum >> 8)) >> 8;
}
