import { generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readCertificate } from '../../scripts/certificate.ts';
import { temporaryFolder } from '../model/temporary-folder.ts';

/** Of petal.test; its key was thrown away. */
const certificate = `-----BEGIN CERTIFICATE-----
MIIBgDCCASegAwIBAgIUbc6TKFLjzuMaDvmopnwI6f7MfcAwCgYIKoZIzj0EAwIw
FTETMBEGA1UEAwwKcGV0YWwudGVzdDAgFw0yNjExMzAyMTI3MThaGA8yMTI2MTEw
NjIxMjcxOFowFTETMBEGA1UEAwwKcGV0YWwudGVzdDBZMBMGByqGSM49AgEGCCqG
SM49AwEHA0IABPf9boALjRTkoMhyXUMhL+l24VreWYNtVlczZSu1WxMXLdp4kmrq
PAikUDv2skQ/mXoKLaYZqvaxX8mejGHrrPajUzBRMB0GA1UdDgQWBBQEFgiAtBvl
Xnnd20e8hOy9u9lnPzAfBgNVHSMEGDAWgBQEFgiAtBvlXnnd20e8hOy9u9lnPzAP
BgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0cAMEQCIGrqFBDmfU7BGpSXWxtU
tK2p8MzPyTQBGzAal1DZT3mIAiAl/0Iu4zxY7tc4TVvMdzzqGPNREzYE7YYNVkdY
zl1Dfg==
-----END CERTIFICATE-----
`;

/** A folder with files of all kinds. */
async function folderOfFiles(): Promise<string> {
  const folder = await temporaryFolder();
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = { type: 'pkcs8', format: 'pem' } as const;
  const locked = { ...pem, cipher: 'aes-256-cbc', passphrase: 'secret' };
  await writeFile(join(folder, 'cert.pem'), certificate);
  await writeFile(join(folder, 'key.pem'), privateKey.export(pem));
  await writeFile(join(folder, 'locked.pem'), privateKey.export(locked));
  await writeFile(join(folder, 'text.pem'), 'not in PEM');
  return folder;
}

describe('a certificate of your own', () => {
  test.for([
    ['missing.pem', 'key.pem', '--cert $/missing.pem can not be read: there is no such file.'],
    ['cert.pem', '.', '--key $/. can not be read: it is a folder.'],
    ['text.pem', 'key.pem', '--cert $/text.pem is not valid: expected a certificate in PEM.'],
    ['key.pem', 'key.pem', '--cert $/key.pem is not valid: expected a certificate in PEM.'],
    [
      'cert.pem',
      'text.pem',
      '--key $/text.pem is not valid: expected a private key in PEM, without a passphrase.',
    ],
    [
      'cert.pem',
      'locked.pem',
      '--key $/locked.pem is not valid: expected a private key in PEM, without a passphrase.',
    ],
    ['cert.pem', 'key.pem', '--key $/key.pem is not the key of the certificate $/cert.pem.'],
  ] as const)('is refused in a sentence: %s with %s', async ([cert, key, why]) => {
    const folder = await folderOfFiles();
    const read = readCertificate(`${folder}/${cert}`, `${folder}/${key}`);
    await expect(read).rejects.toThrow(new Error(why.replaceAll('$', folder)));
  });
});
