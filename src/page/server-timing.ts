import type { PhotoAnswer } from './asker.ts';

/**
 * The stages' durations from a `Server-Timing` header: `decode;dur=3.10, preprocess;dur=0.40, inference;dur=21.00`.
 *
 * @returns undefined where the server measured none: the answer was kept, or its clock stands still
 */
export function readServerTiming(header: string | null): PhotoAnswer['durationsMs'] {
  const [decode, preprocess, inference] = ['decode', 'preprocess', 'inference'].map((stage) => {
    const [, duration] = new RegExp(`(?:^|[\\s,])${stage};dur=([\\d.]+)`).exec(header ?? '') ?? [];
    return duration === undefined ? undefined : Number(duration);
  });
  if (decode === undefined || preprocess === undefined || inference === undefined) return undefined;
  return { decode, preprocess, inference };
}
