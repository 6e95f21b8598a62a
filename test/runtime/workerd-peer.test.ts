import { expect, test } from 'vitest';
import { peerReader } from '../../src/runtime/workerd-peer.ts';

function peer(bindings: Parameters<typeof peerReader>[0], headers: Record<string, string>) {
  return peerReader(bindings)(new Headers(headers));
}

test('a request that came through the front has the address that the front tells', () => {
  const bindings = { FRONT_KEY: 'secret' };
  for (const address of ['127.0.0.1', '::1', '192.0.2.7']) {
    const headers = { 'CF-Connecting-IP': address, 'Petal-Front-Key': 'secret' };
    expect(peer(bindings, headers)).toBe(address);
    expect(peer({ ...bindings, PEER: '127.0.0.1' }, headers)).toBe(address);
  }
});

test.for(['', 'Secret', 'secret, secret', 'secre', undefined])(
  'one that went around the front, with the key %j, has none',
  (key) => {
    const headers = { 'CF-Connecting-IP': '127.0.0.1' };
    const all = key === undefined ? headers : { ...headers, 'Petal-Front-Key': key };
    expect(peer({ FRONT_KEY: 'secret' }, all)).toBeUndefined();
    expect(peer({ FRONT_KEY: 'secret', PEER: '127.0.0.1' }, all)).toBeUndefined();
  },
);

test('a deployment believes Cloudflare, and nobody who claims to be on its own machine', () => {
  expect(peer({}, { 'CF-Connecting-IP': '192.0.2.7' })).toBe('192.0.2.7');
  expect(peer({}, { 'CF-Connecting-IP': '2001:db8::7' })).toBe('2001:db8::7');
  for (const address of ['127.0.0.1', '127.8.8.8', '::1', '::ffff:127.0.0.1']) {
    const headers = { 'CF-Connecting-IP': address, 'Petal-Front-Key': 'undefined' };
    expect(peer({}, headers)).toBeUndefined();
  }
  expect(peer({}, {})).toBeUndefined();
});

test('a test that calls the Worker itself says who its callers are', () => {
  expect(peer({ PEER: '127.0.0.1' }, {})).toBe('127.0.0.1');
});
