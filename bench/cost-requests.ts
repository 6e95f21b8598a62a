import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { neverSent } from '../test/support/never-sent.ts';
import type { LoadRequest } from './load-exchange.ts';
import { makePhonePhoto } from './phone-photo.ts';

const invalidPhotos = join(import.meta.dirname, '../test/fixtures/invalid');

/** What a request asks of the platform, which works on it elsewhere and bills no CPU time for it. */
export type PlatformCall = 'limit' | 'get' | 'put' | 'log';

/** One kind of request, of which the CPU time is measured. */
export interface CostRequest {
  readonly name: string;
  readonly status: number;
  readonly asks: readonly PlatformCall[];
  /** How many make a turn: what a turn takes is read from a clock that others use, too. */
  readonly perTurn: number;
  /** Where the rival can do the same: classify this. */
  readonly photo?: Uint8Array;
  /** Whether somebody has to have asked the same of this process before. */
  readonly isRepeated?: true;
  /** @param entityTag of the answer to the photo that is always the same */
  request(entityTag: string): LoadRequest;
}

const classifyPath = '/v1/classify';
const jsonType = { 'Content-Type': 'application/json' };
const newPhoto: readonly PlatformCall[] = ['limit', 'get', 'put', 'log'];

/** The request whose answer is kept, and its entity tag known. */
export function knownRequest(scene: Uint8Array): LoadRequest {
  return { method: 'POST', path: classifyPath, body: scene };
}

/**
 * @param scene a photo of 4 : 3
 * @param size of it, in words
 */
export async function makeCostRequests(scene: Uint8Array, size: string): Promise<CostRequest[]> {
  // As a page sends it that reduces photos itself.
  const small = await makePhonePhoto(scene, { width: 256, height: 256, progressive: false });
  const large = await makePhonePhoto(scene, { width: 4000, height: 3000, progressive: false });
  const text = new TextEncoder().encode('This is no photo. '.repeat(100));
  const damaged = await readFile(join(invalidPhotos, 'image-decode-failed/truncated-half.jpg'));
  const get = (path: string): CostRequest => ({
    name: `GET ${path}`,
    status: 200,
    // Health checks that pass leave no line.
    asks: path === '/healthz' ? [] : ['log'],
    perTurn: 60,
    request: () => ({ method: 'GET', path }),
  });
  return [
    photoRequest('classify, JPEG of 256 x 256', small, 8),
    photoRequest(`classify, JPEG of ${size}`, scene, 8),
    photoRequest('classify, JPEG of 12 MP', large, 4),
    {
      name: `classify, ${size} in JSON`,
      status: 200,
      asks: newPhoto,
      perTurn: 8,
      request() {
        const image = Buffer.from(neverSent(scene)).toString('base64');
        const body = new TextEncoder().encode(JSON.stringify({ image }));
        return { method: 'POST', path: classifyPath, headers: jsonType, body };
      },
    },
    photoRequest(`classify with heatmaps, ${size}`, scene, 8, `${classifyPath}?include=heatmap`),
    photoRequest(`embed, ${size}`, scene, 8, '/v1/embed'),
    {
      name: `explain as PNG, ${size}`,
      status: 200,
      asks: ['limit', 'log'],
      perTurn: 8,
      request: () => ({
        method: 'POST',
        path: '/v1/explain',
        headers: { Accept: 'image/png' },
        body: neverSent(scene),
      }),
    },
    {
      name: `classify, ${size}, from the cache`,
      status: 200,
      asks: ['limit', 'get', 'log'],
      perTurn: 60,
      isRepeated: true,
      request: () => knownRequest(scene),
    },
    {
      name: `classify, ${size}, 304`,
      status: 304,
      asks: ['limit', 'log'],
      perTurn: 60,
      isRepeated: true,
      request: (entityTag) => ({ ...knownRequest(scene), headers: { 'If-None-Match': entityTag } }),
    },
    {
      name: 'refused: no photo (415)',
      status: 415,
      asks: ['limit', 'get', 'log'],
      perTurn: 60,
      request: () => ({ method: 'POST', path: classifyPath, body: text }),
    },
    {
      name: 'refused: damaged photo (422)',
      status: 422,
      asks: ['limit', 'get', 'log'],
      perTurn: 60,
      request: () => ({ method: 'POST', path: classifyPath, body: damaged }),
    },
    {
      name: 'refused: key that is not known (401)',
      status: 401,
      asks: ['log'],
      perTurn: 60,
      request: () => ({ ...knownRequest(scene), headers: { Authorization: 'Bearer none' } }),
    },
    get('/'),
    get('/docs'),
    get('/openapi.json'),
    get('/v1/models'),
    get('/healthz'),
    {
      name: 'preflight of a page',
      status: 204,
      asks: ['log'],
      perTurn: 60,
      request: () => ({
        method: 'OPTIONS',
        path: classifyPath,
        headers: { Origin: 'https://shop.example', 'Access-Control-Request-Method': 'POST' },
      }),
    },
  ];
}

function photoRequest(
  name: string,
  photo: Uint8Array,
  perTurn: number,
  path: string = classifyPath,
): CostRequest {
  return {
    name,
    status: 200,
    asks: newPhoto,
    perTurn,
    // The rival classifies, and does nothing else.
    ...(path === classifyPath ? { photo } : {}),
    request: () => ({ method: 'POST', path, body: neverSent(photo) }),
  };
}

/** The same for the plain Worker: as large, with as large an answer. */
export function plainRequest(
  { status, asks }: Pick<CostRequest, 'status' | 'asks'>,
  request: LoadRequest,
  answerBytes: number,
  key: string,
): LoadRequest {
  const query = new URLSearchParams([
    ['status', String(status)],
    ['bytes', String(answerBytes)],
    ['key', key],
    ...asks.map((call) => ['asks', call]),
  ]);
  return { ...request, path: `/?${query}` };
}
