import { env } from 'cloudflare:workers';
import classNames from '../model/classes.json' with { type: 'json' };
import taxonomyTable from '../model/taxonomy.json' with { type: 'json' };
import { type AccessVariables, readAccessRules } from './access/rules.ts';
import { verifyTurnstile } from './access/turnstile.ts';
import { readConfig } from './config.ts';
import { createApp } from './http/app.ts';
import type { Analytics, AppParts, RateLimiter } from './http/parts.ts';
import { cacheStore } from './http/result-store.ts';
import { formats } from './image/formats.ts';
import { keepNetwork, loadNetwork } from './mobilenet/network.ts';
import { readTaxonomy } from './mobilenet/taxonomy.ts';
import { dnsOverHttps } from './remote/dns-over-https.ts';
import { fetchPhoto } from './remote/fetch-photo.ts';
import { assets } from './runtime/workerd.ts';

/** What wrangler.toml binds beside the variables that are read by name; all of it may be missing. */
interface Bindings extends AccessVariables {
  readonly RATE_LIMITER?: RateLimiter;
  readonly ANALYTICS?: Analytics;
  readonly VERSION?: { readonly id: string };
}

const network = keepNetwork(() => loadNetwork(assets));

// At module scope the platform runs this while it starts the isolate, not in
// somebody's request. If it fails, requests get a 503 and try again.
try {
  network();
} catch (error) {
  console.error(error);
}

const bindings = env as Bindings;
const config = readConfig(bindings);
const access = readAccessRules(bindings);

function remotePhotos(): Pick<AppParts, 'fetchPhoto'> {
  if (!config.allowsRemoteUrls) return {};
  const parts = {
    fetch,
    resolve: dnsOverHttps(fetch, config.resolverUrl),
    mediaTypes: Object.values(formats).map(({ mediaType }) => mediaType),
  };
  const limits = {
    maxBytes: config.maxUploadBytes,
    timeoutMs: config.remoteTimeoutMs,
    maxRedirects: 3,
  };
  return { fetchPhoto: (url, hold) => fetchPhoto(parts, url, { ...limits, hold }) };
}

function challenge(): Pick<AppParts, 'verifyChallenge'> {
  if (access.turnstile === undefined) return {};
  const { secretKey } = access.turnstile;
  return {
    verifyChallenge: (token, remoteIp) =>
      verifyTurnstile({ fetch: (input, init) => fetch(input, init), secretKey }, token ?? null, {
        remoteIp,
      }),
  };
}

const app = createApp({
  config,
  network,
  classes: classNames.map(({ names, wnid }) => ({ label: names[0], wnid })),
  taxonomy: readTaxonomy(taxonomyTable, classNames),
  access,
  clock: { now: () => performance.now(), wait: (durationMs) => scheduler.wait(durationMs) },
  version: bindings.VERSION?.id || 'local',
  resultStore: cacheStore(() => caches.default),
  log: (line) => console.log(line),
  ...(bindings.RATE_LIMITER === undefined ? {} : { rateLimiter: bindings.RATE_LIMITER }),
  ...(bindings.ANALYTICS === undefined ? {} : { analytics: bindings.ANALYTICS }),
  ...remotePhotos(),
  ...challenge(),
});

export default { fetch: app.fetch } satisfies ExportedHandler;
