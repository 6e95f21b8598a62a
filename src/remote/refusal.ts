import { AppError, type ProblemFacts } from '../errors.ts';

/**
 * Why a photo was not fetched, once: each row is a `reason` on the wire, and
 * its sentence, in which {names} stand for facts.
 *
 * Names and addresses that are private, and names that don't exist, share one
 * row, and nothing is ever connected to: whoever asks learns nothing of a
 * network that they can't reach themselves.
 */
export const remoteReasons = {
  disabled: 'Photos are not fetched from addresses here. Send the bytes of the photo themselves.',
  'invalid-url':
    'This is not a URL, or one of more than 2048 characters. Give one like https://example.com/photo.jpg.',
  'not-https': 'The address is not one of https. Give one that begins with https://.',
  'credentials-in-url':
    'The address has a user name or password in it. Give one that anybody may open.',
  'port-not-allowed': 'The address names a port. Give one of the usual port of https, 443.',
  'not-public-address':
    'The host of the address is not known on the public internet. Give an address that anybody can open.',
  'too-many-redirects':
    'There are more than {limitRedirects} redirects. Give the address that they end at.',
  unreachable: 'The server of the address could not be reached. Check the address, or try again.',
  'http-status':
    'The server of the address answered with status {remoteStatus} instead of a photo. Check the address.',
  'content-encoding':
    'The server of the address sent the photo compressed in a way that is not read here. Have it sent as it is.',
  'too-large':
    'The photo is larger than {limitBytes} bytes. Give one that is reduced: a side of 1000 pixels is plenty.',
  empty: 'The server of the address sent nothing. Check that the address is that of a photo.',
  interrupted: 'The connection broke off before the photo was there. Try again.',
  timeout: 'The photo was not there within {limitMs} ms. Try again, or give a smaller one.',
} as const satisfies Record<string, string>;

export type RemoteReason = keyof typeof remoteReasons;

/** The AppError `remote-fetch-failed` of a reason; none of its texts hold anything of what was found. */
export function remoteRefusal(
  reason: RemoteReason,
  { facts = {}, cause }: { facts?: ProblemFacts; cause?: unknown } = {},
): AppError {
  const sentence = remoteReasons[reason].replace(/\{(\w+)\}/g, (_, name: string) =>
    Number(facts[name]).toLocaleString('en'),
  );
  return new AppError('remote-fetch-failed', sentence, { facts: { reason, ...facts }, cause });
}
