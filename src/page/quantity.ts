/** Numbers as people read them. */

/** A size in bytes: "830 bytes", "58 kB", "4.1 MB". */
export function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  if (bytes < 999_500) return `${Math.round(bytes / 1000)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** A duration: "0.8 ms", "24 ms", "1.3 s". */
export function durationText(durationMs: number): string {
  if (durationMs < 10) return `${durationMs.toFixed(1)} ms`;
  if (durationMs < 1000) return `${Math.round(durationMs)} ms`;
  return `${(durationMs / 1000).toFixed(1)} s`;
}

/** A share 0..1: "97.1 %". */
export function percentText(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
