/** GIF's blocks (GIF89a, clauses 11 to 16 and appendix A), and where the next one is. */
import { AppError } from '../../errors.ts';

/** What a block begins with. */
export const introducer = { extension: 0x21, image: 0x2c } as const;

/** The only extension that changes a picture; the others are passed over (clauses 23 to 26). */
export const graphicControlLabel = 0xf9;

/** A refusal of a GIF file: what is wrong with it. */
export function gifProblem(why: string): AppError {
  return new AppError('image-decode-failed', why, { facts: { format: 'gif' } });
}

/** Where the file goes on behind a chain of data sub-blocks (clauses 15 and 16), or its end. */
export function endOfSubBlocks(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length && bytes[at] > 0) at += 1 + bytes[at];
  return Math.min(at + 1, bytes.length);
}
