import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout } from 'node:timers/promises';

/** Of an isolate, in bytes. The memory of WASM instances is not among it. */
export interface HeapUsage {
  /** Objects on V8's heap, garbage that was not collected yet included. */
  readonly usedBytes: number;
  /** Contents of ArrayBuffers. */
  readonly bufferBytes: number;
}

const patienceMs = 30_000;

/** A port of this machine that nobody listens on. */
export async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('No port is free.');
  return address.port;
}

/** A connection to the Worker's isolate through the DevTools protocol. */
export class Inspector {
  readonly #socket: WebSocket;
  #lastId = 0;

  constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  /**
   * @param port where Miniflare's inspector listens
   * @throws Error where there is no answer
   */
  static async connect(port: number): Promise<Inspector> {
    const response = await fetch(`http://127.0.0.1:${port}/json`);
    const targets = (await response.json()) as { id: string; webSocketDebuggerUrl: string }[];
    // Miniflare lists workers of its own beside the user's.
    const target = targets.find(({ id }) => id.startsWith('core:user:'));
    if (target === undefined) throw new Error('The inspector does not list the Worker.');
    const socket = new WebSocket(target.webSocketDebuggerUrl);
    await once(socket, 'open', { signal: AbortSignal.timeout(patienceMs) });
    return new Inspector(socket);
  }

  async readHeapUsage(): Promise<HeapUsage> {
    this.#lastId += 1;
    const id = this.#lastId;
    const signal = AbortSignal.timeout(patienceMs);
    this.#socket.send(JSON.stringify({ id, method: 'Runtime.getHeapUsage' }));
    for (;;) {
      const [event] = (await once(this.#socket, 'message', { signal })) as [MessageEvent<string>];
      const message = JSON.parse(event.data) as {
        id?: number;
        result?: { usedSize: number; backingStorageSize: number };
      };
      if (message.id !== id || message.result === undefined) continue;
      const { usedSize, backingStorageSize } = message.result;
      return { usedBytes: usedSize, bufferBytes: backingStorageSize };
    }
  }

  close(): void {
    this.#socket.close();
  }
}

/** Of the Worker's isolate, now. */
export async function readHeapUsage(port: number): Promise<HeapUsage> {
  const inspector = await Inspector.connect(port);
  try {
    return await inspector.readHeapUsage();
  } finally {
    inspector.close();
  }
}

/** Between two looks, in milliseconds. */
const intervalMs = 2;

/**
 * The most that the Worker's isolate holds while `work` runs. The isolate
 * answers between its turns; what a turn allocates and doesn't need any more is
 * seen behind it, as garbage that was not collected yet.
 */
export async function watchHeap(port: number, work: () => Promise<unknown>): Promise<HeapUsage> {
  const inspector = await Inspector.connect(port);
  try {
    let most = await inspector.readHeapUsage();
    let isDone = false;
    const done = work().finally(() => {
      isDone = true;
    });
    while (!isDone) {
      const usage = await inspector.readHeapUsage();
      if (total(usage) > total(most)) most = usage;
      await setTimeout(intervalMs);
    }
    await done;
    const last = await inspector.readHeapUsage();
    return total(last) > total(most) ? last : most;
  } finally {
    inspector.close();
  }
}

function total({ usedBytes, bufferBytes }: HeapUsage): number {
  return usedBytes + bufferBytes;
}
