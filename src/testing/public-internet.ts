/**
 * The Worker's way out: to public addresses only, as where it is deployed.
 * workerd judges those that it connects to, so that a name can't lead elsewhere
 * between two look-ups. Left to itself, Miniflare lets a Worker reach private
 * addresses too (https://github.com/cloudflare/miniflare/issues/412).
 */
export const publicInternet = {
  name: 'public-internet',
  modules: true,
  script: 'export default { fetch: (request, { internet }) => internet.fetch(request) };',
  serviceBindings: {
    internet: { network: { allow: ['public'], tlsOptions: { trustBrowserCas: true } } },
  },
};
