import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { explainUnreadable } from './unreadable.ts';

/**
 * A certificate and its private key, from files.
 *
 * @param certPath path of the certificate, with those of its issuers behind it, in PEM
 * @param keyPath path of the key in PEM, without a passphrase
 * @returns the text of both
 * @throws Error, a sentence, where a file can't be read, is not of its kind, or the two don't match
 */
export async function readCertificate(
  certPath: string,
  keyPath: string,
): Promise<{ cert: string; key: string }> {
  const cert = await readText(`--cert ${certPath}`, certPath);
  const key = await readText(`--key ${keyPath}`, keyPath);
  const certificate = parse(`--cert ${certPath}`, 'a certificate in PEM', cert, (text) => {
    // X509Certificate takes DER too, workerd doesn't.
    if (!text.includes('-----BEGIN CERTIFICATE-----')) throw new Error('no PEM');
    return new X509Certificate(text);
  });
  const expected = 'a private key in PEM, without a passphrase';
  const privateKey: KeyObject = parse(`--key ${keyPath}`, expected, key, createPrivateKey);
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new Error(`--key ${keyPath} is not the key of the certificate ${certPath}.`);
  }
  return { cert, key };
}

function readText(name: string, path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw explainUnreadable(name, error);
  });
}

function parse<T>(name: string, expected: string, text: string, read: (text: string) => T): T {
  try {
    return read(text);
  } catch (cause) {
    throw new Error(`${name} is not valid: expected ${expected}.`, { cause });
  }
}
