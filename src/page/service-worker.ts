/**
 * Keeps the page for when there is no network: what it is made of, and never what Petal answers.
 *
 * The page and the files that have the same name in every version come from the network as long as
 * there is one, so that nobody is stuck with an old page. Files under /assets/ are named after their
 * contents, and come from the cache.
 */
declare const self: ServiceWorkerGlobalScope;

const cacheName = 'petal-page';

/** What the page needs to start, with the same names in every version. */
const shell = ['/', '/page.js', '/page.css', '/petal.css'];

/** Scripts and pictures. The network's weights and binaries are kept by who downloads them. */
const asset = /^\/assets\/[^/]+\.(js|jpg)$/;

self.addEventListener('install', (event) => {
  event.waitUntil(
    caches.open(cacheName).then(async (cache) => {
      await cache.addAll(shell);
      await self.skipWaiting();
    }),
  );
});

self.addEventListener('activate', (event) => {
  // So that what the page loads next is kept at the first visit already.
  event.waitUntil(self.clients.claim());
});

/** A page says what it had loaded before this worker watched. */
self.addEventListener('message', (event) => {
  const { data } = event;
  if (!Array.isArray(data)) return;
  event.waitUntil(Promise.all(data.map((url) => keepAsset(new URL(String(url))))));
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== self.location.origin) return;
  if (shell.includes(pathname)) event.respondWith(fromNetwork(request, pathname));
  else if (asset.test(pathname)) event.respondWith(fromCache(request));
});

/** @param pathname under which it is kept, whatever the query */
async function fromNetwork(request: Request, pathname: string): Promise<Response> {
  const cache = await caches.open(cacheName);
  const kept = await cache.match(pathname);
  try {
    const response = await fetch(request);
    if (response.ok) {
      if (pathname === '/page.js' && isOther(response, kept)) await forgetAssets(cache);
      await cache.put(pathname, response.clone());
    }
    return response;
  } catch (error) {
    if (kept === undefined) throw error;
    return kept;
  }
}

function isOther({ headers }: Response, kept: Response | undefined): boolean {
  return headers.get('ETag') !== kept?.headers.get('ETag');
}

/** Those of a former version would lie there for ever; those of this one are loaded next. */
async function forgetAssets(cache: Cache): Promise<void> {
  const requests = await cache.keys();
  const former = requests.filter(({ url }) => asset.test(new URL(url).pathname));
  await Promise.all(former.map((request) => cache.delete(request)));
}

async function fromCache(request: Request): Promise<Response> {
  const cache = await caches.open(cacheName);
  const kept = await cache.match(request);
  if (kept !== undefined) return kept;
  const response = await fetch(request);
  if (response.ok) await cache.put(request, response.clone());
  return response;
}

async function keepAsset({ href, origin, pathname }: URL): Promise<void> {
  if (origin !== self.location.origin || !asset.test(pathname)) return;
  await fromCache(new Request(href));
}
