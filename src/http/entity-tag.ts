import { sha256OfText } from '../sha256.ts';
import type { Question } from './answers.ts';

/**
 * A strong entity tag (RFC 9110, 8.8.3): the same for the same answer. It is
 * known before there is one.
 *
 * @param hashes SHA-256 of each photo
 * @param isList whether the answer is a list, even of one
 * @param version of the code
 */
export async function entityTagOf(
  { text, modelSha256, representation, layout }: Question<unknown>,
  hashes: readonly string[],
  isList: boolean,
  version: string,
): Promise<string> {
  const whole = [...hashes, modelSha256, version, text, representation, layout, isList];
  return `"${(await sha256OfText(JSON.stringify(whole))).toHex().slice(0, 40)}"`;
}

/** Whether a list of entity tags has one; weak ones compare as if they were strong (RFC 9110, 13.1.2). */
export function isNamedBy(ifNoneMatch: string | undefined, entityTag: string): boolean {
  const tags = ifNoneMatch?.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags?.includes(entityTag) ?? false;
}
