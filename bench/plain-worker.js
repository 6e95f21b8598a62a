/**
 * A Worker that takes what Petal takes, asks of the platform what Petal asks of it, and
 * answers as many bytes, without doing anything: what it costs is the runtime's own.
 * The query says what to do.
 */
export default {
  /**
   * @param {Request} request
   * @param {{
   *   RATE_LIMITER: { limit(key: { key: string }): Promise<unknown> },
   *   ANALYTICS: { writeDataPoint(point: object): void },
   * }} env
   * @param {{ waitUntil(promise: Promise<unknown>): void }} context
   */
  async fetch(request, env, context) {
    const { searchParams } = new URL(request.url);
    const asks = searchParams.getAll('asks');
    if (asks.includes('limit')) await env.RATE_LIMITER.limit({ key: 'address:' });
    await request.arrayBuffer();
    const answer = 'x'.repeat(Number(searchParams.get('bytes')));
    const address = `https://results.invalid/${searchParams.get('key')}`;
    const kept = asks.includes('get') ? await caches.default.match(address) : undefined;
    const text = (await kept?.text()) ?? answer;
    if (asks.includes('put')) {
      const headers = { 'Cache-Control': 'max-age=86400' };
      context.waitUntil(caches.default.put(address, new Response(answer, { headers })));
    }
    if (asks.includes('log')) {
      console.log(' '.repeat(300));
      env.ANALYTICS.writeDataPoint({ indexes: ['none'], blobs: [''], doubles: [0] });
    }
    const status = Number(searchParams.get('status'));
    return new Response(status === 204 || status === 304 ? null : text, { status });
  },
};
