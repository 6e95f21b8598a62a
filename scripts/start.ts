/** `npm start`: prepares what is missing, serves, and says so when Petal answers. */
import process from 'node:process';
import { buildWorker } from './build.ts';
import { startLocalWorker } from './local-worker.ts';

const examplePhoto = 'test/fixtures/valid/jpeg/daisy.jpg';

/** PORT as a number. */
function readPort(text = '8787'): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) {
    throw new Error(`PORT should be a number from 0 to 65535 but is "${text}".`);
  }
  return port;
}

function isAddressInUse(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_ADDRESS_IN_USE';
}

/** Waits until photos can be classified, asking at the address that people will use. */
async function waitUntilHealthy(url: URL): Promise<void> {
  const response = await fetch(new URL('/healthz', url));
  if (!response.ok) throw new Error(`Petal started but is not healthy: ${await response.text()}`);
  await response.body?.cancel();
}

async function start(): Promise<void> {
  const port = readPort(process.env.PORT);
  const host = process.env.HOST ?? '127.0.0.1';
  const bundle = await buildWorker();
  const worker = await startLocalWorker({ bundle, host, port }).catch((error: unknown) => {
    if (!isAddressInUse(error)) {
      const why = error instanceof Error ? error.message : String(error);
      throw new Error(`Petal can not listen on port ${port} of ${host}: ${why}`);
    }
    throw new Error(
      `Port ${port} of ${host} is taken. Stop what listens there, or choose another: PORT=${port + 1} npm start`,
    );
  });
  // A wildcard address is for listening; people use the loopback one.
  const url = new URL(worker.url);
  if (['0.0.0.0', '[::]', '*'].includes(url.hostname)) url.hostname = '127.0.0.1';
  await waitUntilHealthy(url);
  console.log(
    `Petal answers at ${url.origin} - try: curl -F image=@${examplePhoto} ${url.origin}/v1/classify`,
  );
}

try {
  await start();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
