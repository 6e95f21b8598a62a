import { getEntrySocketHttpOptions } from 'miniflare';
import type { PetalOptions } from './petal.ts';

/** A certificate with its private key, both in PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/**
 * The certificate to speak https with: the one that was brought, or else
 * Miniflare's, whose private key is public.
 *
 * @returns undefined for http
 */
export async function localCertificate(
  https: PetalOptions['https'] = false,
): Promise<Certificate | undefined> {
  if (typeof https === 'object') return https;
  if (!https) return undefined;
  const socket = await getEntrySocketHttpOptions({
    https,
    // What follows has no say in it.
    logRequests: false,
    stripDisablePrettyError: false,
    enableDevRegistry: false,
    telemetry: { enabled: false },
  });
  const { privateKey: key, certificateChain: cert } =
    ('https' in socket ? socket.https.tlsOptions?.keypair : undefined) ?? {};
  if (key === undefined || cert === undefined) {
    throw new Error('This version of Miniflare brings no certificate.');
  }
  return { cert, key };
}
