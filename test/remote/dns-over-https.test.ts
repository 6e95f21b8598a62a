import { describe, expect, test } from 'vitest';
import { dnsOverHttps } from '../../src/remote/dns-over-https.ts';
import {
  type Answer,
  breakOff,
  type LoopbackServer,
  neverAnswer,
  send,
  serve,
  status,
} from '../model/loopback-server.ts';

const { signal } = new AbortController();

/** An answer as Cloudflare's resolver gives it. */
function records(code: number, answers: readonly object[]): Answer {
  const answer = { Status: code, TC: false, RD: true, RA: true, AD: false, CD: false };
  const withRecords = answers.length === 0 ? answer : { ...answer, Answer: answers };
  return send(Buffer.from(JSON.stringify(withRecords)));
}

const a = { name: 'host.example.com', type: 1, TTL: 300, data: '93.184.215.14' };
const aaaa = { name: 'host.example.com', type: 28, TTL: 300, data: '2606:2800:21f::1' };
const cname = { name: 'example.com', type: 5, TTL: 300, data: 'host.example.com.' };
const signature = { name: 'host.example.com', type: 46, TTL: 300, data: 'A 13 2 300 ...' };

function serveRecords(forA: Answer, forAaaa: Answer): Promise<LoopbackServer> {
  return serve({
    '/dns-query?name=example.com&type=A': forA,
    '/dns-query?name=example.com&type=AAAA': forAaaa,
  });
}

async function lookUp(forA: Answer, forAaaa: Answer): Promise<readonly string[]> {
  const server = await serveRecords(forA, forAaaa);
  return await dnsOverHttps(fetch, server.url('/dns-query'))('example.com', signal);
}

describe('a resolver over HTTPS', () => {
  test('tells the addresses of both kinds, and leaves out the names that lead to them', async () => {
    const addresses = await lookUp(
      records(0, [cname, a, signature, { ...a, data: '10.0.0.1' }]),
      records(0, [cname, aaaa]),
    );
    expect(addresses).toEqual(['93.184.215.14', '10.0.0.1', '2606:2800:21f::1']);
  });

  test('is asked for its own JSON, and keeps the parameters of its address', async () => {
    let accept: string | undefined;
    const server = await serve({
      '/resolve?key=1&name=a%26type%3DMX.com&type=A': (response, attempt, request) => {
        accept = request.headers.accept;
        return records(0, [a])(response, attempt, request);
      },
      '/resolve?key=1&name=a%26type%3DMX.com&type=AAAA': records(0, []),
    });
    const resolve = dnsOverHttps(fetch, server.url('/resolve?key=1'));
    expect(await resolve('a&type=MX.com', signal)).toEqual(['93.184.215.14']);
    expect(accept).toBe('application/dns-json');
  });

  test('knows no addresses of a name that does not exist', async () => {
    expect(await lookUp(records(3, []), records(3, []))).toEqual([]);
  });

  test.each([
    ['fails', records(2, []), 'The resolver failed with code 2.'],
    ['refuses', records(5, [a]), 'The resolver failed with code 5.'],
    ['answers with an error', status(500), 'The resolver answered with status 500.'],
    ['redirects', status(302), 'The resolver answered with status 302.'],
    ['sends no JSON', send(Buffer.from('<html>')), 'not valid JSON'],
    ['sends null', send(Buffer.from('null')), 'not of the known form'],
    ['sends no status', send(Buffer.from('{"Answer":[]}')), 'not of the known form'],
    ['sends no list', send(Buffer.from('{"Status":0,"Answer":{}}')), 'not of the known form'],
    [
      'sends records of another form',
      records(0, [{ type: 1, data: 134744072 }]),
      'not of the known form',
    ],
    ['breaks off', breakOff(Buffer.from('{"Status":0,"Answer":[]}')), 'broke off'],
    ['sends too much', send(new Uint8Array(65_537)), 'larger than 65,536 bytes'],
  ])('is no help when it %s, even if the other kind is known', async (_, answer, message) => {
    await expect(lookUp(records(0, [a]), answer)).rejects.toThrow(message);
    await expect(lookUp(answer, records(0, [aaaa]))).rejects.toThrow(message);
  });

  test('is asked no more when nobody waits', async () => {
    const server = await serveRecords(neverAnswer, neverAnswer);
    const abort = new AbortController();
    const outcome = dnsOverHttps(fetch, server.url('/dns-query'))('example.com', abort.signal);
    abort.abort(new Error('Nobody waits.'));
    await expect(outcome).rejects.toThrow('Nobody waits.');
  });
});
