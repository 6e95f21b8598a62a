/** A Worker around Petal's, to look at what Petal itself doesn't show: bindings, stores, logs. */
import petal from './worker.js';

const kept = 'https://petal.example/kept';

/** @type {Record<string, (request: Request, env: Record<string, string>) => Response | Promise<Response>>} */
const probes = {
  '/probe/variables': (_, { PETAL_ACCESS, SHOP }) => Response.json({ PETAL_ACCESS, SHOP }),
  '/probe/bindings': (_, env) => Response.json(Object.keys(env).sort()),
  '/probe/keep': async (request) => {
    const headers = { 'Cache-Control': 'max-age=3600' };
    await caches.default.put(kept, new Response(await request.text(), { headers }));
    return new Response('kept');
  },
  '/probe/kept': async () => (await caches.default.match(kept)) ?? new Response('nothing'),
  '/probe/log': () => {
    console.log('a line for you');
    console.error('and a worse one');
    return new Response('logged');
  },
  '/probe/fetch': async (request) => {
    const url = new URL(request.url).searchParams.get('url') ?? '';
    return await fetch(url).catch((error) => new Response(String(error)));
  },
  '/probe/outbound': (request) => fetch('https://shop.example/photo', request),
};

export default {
  /**
   * @param {Request} request
   * @param {Record<string, string>} env
   * @param {unknown} context
   */
  fetch(request, env, context) {
    const probe = probes[new URL(request.url).pathname];
    return probe === undefined ? petal.fetch(request, env, context) : probe(request, env);
  },
};
