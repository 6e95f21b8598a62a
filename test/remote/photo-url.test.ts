import { describe, expect, test } from 'vitest';
import { AppError, type ProblemFacts } from '../../src/errors.ts';
import { readPhotoUrl } from '../../src/remote/photo-url.ts';
import type { RemoteReason } from '../../src/remote/refusal.ts';

function factsOf(text: string, base?: URL): ProblemFacts {
  try {
    readPhotoUrl(text, base);
  } catch (error) {
    if (error instanceof AppError) return error.facts;
    throw error;
  }
  return {};
}

const refused: readonly (readonly [RemoteReason, readonly string[]])[] = [
  [
    'not-https',
    [
      'http://example.com/a.jpg',
      'HTTP://example.com/a.jpg',
      'data:image/png;base64,AAAA',
      'file:///etc/passwd',
      'ftp://example.com/a.jpg',
      'blob:https://example.com/0b6e',
      'javascript:alert(1)',
      'ws://example.com/',
      'gopher://example.com/',
      'httpss://example.com/',
    ],
  ],
  [
    'invalid-url',
    [
      '',
      'photo.jpg',
      '//example.com/a.jpg',
      'https://',
      'https:// example.com/',
      'https://exam ple.com/',
      'https://example.com:99999/',
      'https://[::1',
      'https://[fe80::1%25eth0]/',
      'https://[fe80::1%eth0]/',
      'https://256.1.1.1/',
      'https://1.2.3.4.5/',
      'https://0x100000000/',
      `https://example.com/${'a'.repeat(2029)}`,
      // Short as given, long as sent.
      `https://example.com/${'é'.repeat(400)}`,
    ],
  ],
  [
    'credentials-in-url',
    [
      'https://user@example.com/',
      'https://user:password@example.com/',
      'https://:password@example.com/',
      'https://example.com@127.0.0.1/',
      'https://example.com%40@127.0.0.1/',
      'https://%75ser@example.com/',
    ],
  ],
  [
    'port-not-allowed',
    ['https://example.com:80/', 'https://example.com:8443/', 'https://example.com:0/'],
  ],
  [
    'not-public-address',
    [
      'https://localhost/',
      'https://localhost./',
      'https://LOCALHOST/',
      'https://foo.localhost/',
      'https://foo.localhost./',
      'https://ⓛocalhost/',
      'https://router/',
      'https://router./',
      'https://com/',
      'https://printer.local/',
      'https://metadata.google.internal/computeMetadata/v1/',
      'https://nas.home.arpa/',
      'https://example.onion/',
      'https://a.test/',
      'https://a.invalid/',
      'https://a.example/',
      'https://a.alt/',
      'https://2130706433/',
      'https://017700000001/',
      'https://0x7f000001/',
      'https://127.1/',
      'https://127.0.1/',
      'https://127.0.0.1./',
      'https://１２７.０.０.１/',
      'https://①②⑦.0.0.1/',
      'https://127。0。0。1/',
      'https://0/',
      'https://169.254.169.254/latest/meta-data/',
      'https://[::1]/',
      'https://[::]/',
      'https://[::ffff:127.0.0.1]/',
      'https://[::ffff:7f00:1]/',
      'https://[::127.0.0.1]/',
      'https://[64:ff9b::127.0.0.1]/',
      'https://[2002:7f00:1::]/',
      'https://[fe80::1]/',
      'https://[fd00:ec2::254]/',
      // The host ends at the backslash, as it does for fetch.
      'https://127.0.0.1\\@example.com/',
      'https://127.0.0.1#@example.com/',
      'https://127.0.0.1?@example.com/',
      'https://example..com/',
      'https://.example.com/',
      'https://example.com../',
      'https://-example.com/',
      "https://a'b.example.com/",
      `https://${'a'.repeat(64)}.example.com/`,
      `https://${'a.'.repeat(130)}com/`,
    ],
  ],
];

describe.each(refused)('refuses as %s', (reason, urls) => {
  test.each(urls)('%s', (url) => {
    expect(factsOf(url)).toEqual({ reason });
  });
});

test.each(['\r\nX-Injected: 1', '\nHost: localhost', '\t', '\0', '\u0085'])(
  'refuses line breaks and other control characters: %j',
  (characters) => {
    for (const url of [
      `https://example.com/a.jpg${characters}`,
      `https://example.com/${characters}/a.jpg`,
      `https://exa${characters}mple.com/a.jpg`,
    ]) {
      expect(factsOf(url)).toEqual({ reason: 'invalid-url' });
    }
  },
);

test.each([
  ['https://example.com/a.jpg', 'https://example.com/a.jpg'],
  ['https://example.com', 'https://example.com/'],
  ['https://example.com:443/a.jpg', 'https://example.com/a.jpg'],
  ['https://example.com./a.jpg', 'https://example.com/a.jpg'],
  ['HTTPS://EXAMPLE.COM/A.jpg?b=c', 'https://example.com/A.jpg?b=c'],
  ['https://bücher.de/a.jpg', 'https://xn--bcher-kva.de/a.jpg'],
  ['https://my_bucket.s3.amazonaws.com/a', 'https://my_bucket.s3.amazonaws.com/a'],
  ['https://example.com/my photo.jpg', 'https://example.com/my%20photo.jpg'],
  // Stays as it is: two characters that mean a line break to nobody.
  ['https://example.com/%0d%0aX: 1', 'https://example.com/%0d%0aX:%201'],
  ['https://notlocalhost.com/', 'https://notlocalhost.com/'],
  ['https://localhost.com/', 'https://localhost.com/'],
  ['https://1.1.1.1/a.jpg', 'https://1.1.1.1/a.jpg'],
  ['https://[2606:4700:4700::1111]/', 'https://[2606:4700:4700::1111]/'],
  [`https://example.com/${'a'.repeat(2028)}`, `https://example.com/${'a'.repeat(2028)}`],
])('takes %s', (text, href) => {
  expect(readPhotoUrl(text).href).toBe(href);
});

describe('a URL relative to another', () => {
  const base = new URL('https://example.com/photos/a.jpg');

  test.each([
    ['b.jpg', 'https://example.com/photos/b.jpg'],
    ['/b.jpg', 'https://example.com/b.jpg'],
    ['//example.org/b.jpg', 'https://example.org/b.jpg'],
    ['?size=small', 'https://example.com/photos/a.jpg?size=small'],
  ])('takes %s', (text, href) => {
    expect(readPhotoUrl(text, base).href).toBe(href);
  });

  test.each([
    ['//127.0.0.1/b.jpg', 'not-public-address'],
    ['\\\\127.0.0.1\\b.jpg', 'not-public-address'],
    ['//user@example.org/', 'credentials-in-url'],
    ['//example.org:22/', 'port-not-allowed'],
    ['http:/b.jpg', 'not-https'],
  ])('refuses %s', (text, reason) => {
    expect(factsOf(text, base)).toEqual({ reason });
  });
});
