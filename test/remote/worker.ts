/** A Worker that fetches what it is told to, for workerd.test.ts to bundle. */
import { AppError } from '../../src/errors.ts';
import { dnsOverHttps } from '../../src/remote/dns-over-https.ts';
import { fetchPhoto, type RemoteLimits } from '../../src/remote/fetch-photo.ts';

const parts = {
  fetch,
  resolve: dnsOverHttps(fetch, 'https://resolver.example.net/dns-query'),
  mediaTypes: ['image/jpeg', 'image/png'],
};

/** What came of it: the photo's length and sum, or the facts of the refusal. */
async function tryToFetch(url: string, limits: RemoteLimits): Promise<object> {
  try {
    const photo = await fetchPhoto(parts, url, limits);
    return { byteCount: photo.length, sum: photo.reduce((sum, byte) => sum + byte, 0) };
  } catch (error) {
    if (error instanceof AppError) return error.facts;
    throw error;
  }
}

export default {
  /** `?photo=` with `&limits=` is fetched as photos are, `?direct=` as anything is. */
  async fetch(request: Request): Promise<Response> {
    const { searchParams } = new URL(request.url);
    const direct = searchParams.get('direct');
    if (direct !== null) return await fetch(direct);
    const limits = JSON.parse(searchParams.get('limits') ?? '');
    return Response.json(await tryToFetch(searchParams.get('photo') ?? '', limits));
  },
};
