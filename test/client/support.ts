import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inject, onTestFinished } from 'vitest';

export const model = 'mobilenet_v2_1.0_224';

/** A file of test/fixtures, by its name. */
export function fixture(name: string): Uint8Array<ArrayBuffer> {
  const photos = [...inject('validPhotos'), ...inject('invalidPhotos')];
  const photo = photos.find((each) => each.name === name);
  if (photo === undefined) throw new Error(`There is no ${name} among the fixtures.`);
  return new Uint8Array(Buffer.from(photo.base64, 'base64'));
}

export function base64Of(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

/** Serves until the test ends. */
export async function serve(listener: RequestListener): Promise<URL> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}
