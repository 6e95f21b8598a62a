import { once } from 'node:events';
import { createServer } from 'node:net';

/** Of an isolate, in bytes. The memory of WASM instances is not among it. */
export interface HeapUsage {
  /** Objects on V8's heap, garbage that was not collected yet included. */
  readonly usedBytes: number;
  /** Contents of ArrayBuffers. */
  readonly bufferBytes: number;
}

const patienceMs = 5000;

/** A port of this machine that nobody listens on. */
export async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('No port is free.');
  return address.port;
}

/**
 * Asks the Worker's isolate through the DevTools protocol.
 *
 * @param port where Miniflare's inspector listens
 * @throws Error where there is no answer
 */
export async function readHeapUsage(port: number): Promise<HeapUsage> {
  const response = await fetch(`http://127.0.0.1:${port}/json`);
  const targets = (await response.json()) as { id: string; webSocketDebuggerUrl: string }[];
  // Miniflare lists workers of its own beside the user's.
  const target = targets.find(({ id }) => id.startsWith('core:user:'));
  if (target === undefined) throw new Error('The inspector does not list the Worker.');
  const socket = new WebSocket(target.webSocketDebuggerUrl);
  try {
    const signal = AbortSignal.timeout(patienceMs);
    await once(socket, 'open', { signal });
    socket.send(JSON.stringify({ id: 1, method: 'Runtime.getHeapUsage' }));
    for (;;) {
      const [event] = (await once(socket, 'message', { signal })) as [MessageEvent<string>];
      const message = JSON.parse(event.data) as {
        id?: number;
        result?: { usedSize: number; backingStorageSize: number };
      };
      if (message.id !== 1 || message.result === undefined) continue;
      const { usedSize, backingStorageSize } = message.result;
      return { usedBytes: usedSize, bufferBytes: backingStorageSize };
    }
  } finally {
    socket.close();
  }
}
