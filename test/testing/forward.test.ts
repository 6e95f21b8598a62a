import { once } from 'node:events';
import { Agent, createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Duplex } from 'node:stream';
import { expect, test } from 'vitest';
import { forward } from '../../src/testing/forward.ts';

async function listen(server: Server): Promise<number> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return (server.address() as AddressInfo).port;
}

test('a client that leaves a whole answer breaks off no request that has its connection now', async () => {
  const held = Promise.withResolvers<ServerResponse>();
  const behind = createServer((request, response) => {
    if (request.url === '/first') response.end('first');
    else held.resolve(response);
  });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const target = { agent, host: '127.0.0.1', port: await listen(behind) };
  const front = createServer((incoming, outgoing) => {
    const { url: path = '' } = incoming;
    forward(incoming, outgoing, { authority: 'a', path, scheme: 'http', headers: [], target });
  });
  const origin = `http://127.0.0.1:${await listen(front)}`;

  // Takes nothing of its answer, as a client that reads too slowly.
  const client = new Duplex({ read: () => undefined, write: () => undefined });
  front.emit('connection', client);
  const asked = once(behind, 'request');
  client.push('GET /first HTTP/1.1\r\nHost: a\r\n\r\n');
  await asked;
  // It waits for the only connection, which the first one's answer sets free.
  const second = fetch(`${origin}/second`);
  const response = await held.promise;
  client.destroy();
  await once(client, 'close');
  response.end('second');
  expect(await (await second).text()).toBe('second');

  agent.destroy();
  front.close();
  behind.close();
});
