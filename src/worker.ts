import { DurableObject, env } from 'cloudflare:workers';
import classNames from '../model/classes.json' with { type: 'json' };
import taxonomyTable from '../model/taxonomy.json' with { type: 'json' };
import { version as packageVersion } from '../package.json';
import type { FrontBindings } from './access/front.ts';
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
import { peerReader } from './runtime/workerd-peer.ts';
import { type KeyValueNamespace, keyValues } from './storage/key-values.ts';
import { KeyValueCatalog } from './storage/model-catalog.ts';
import { ModelFiles } from './storage/model-files.ts';
import { ModelRegistry, type RegisteredModelNamespace } from './storage/model-registry.ts';
import { type Settled, settle } from './storage/refusal.ts';
import { type ModelOperation, RegisteredModel } from './storage/registered-model.ts';

/** What wrangler.toml binds beside the variables that are read by name; all of it may be missing. */
interface Bindings extends AccessVariables, FrontBindings {
  readonly RATE_LIMITER?: RateLimiter;
  readonly ANALYTICS?: Analytics;
  readonly VERSION?: { readonly id: string };
  readonly MODELS?: KeyValueNamespace;
  readonly REGISTERED_MODELS?: RegisteredModelNamespace;
}

const bindings = env as Bindings;
const config = readConfig(bindings);
const network = keepNetwork(() => loadNetwork({ ...assets, arithmetic: config.arithmetic }));

// At module scope the platform runs this while it starts the isolate, not in
// somebody's request. If it fails, requests get a 503 and try again.
try {
  network();
} catch (error) {
  console.error(error);
}

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

function registry(): Pick<AppParts, 'models'> {
  const { MODELS, REGISTERED_MODELS } = bindings;
  if (MODELS === undefined || REGISTERED_MODELS === undefined) return {};
  const store = keyValues(MODELS);
  const files = new ModelFiles(store, () => {
    const { metadata, blocks } = network();
    return { ...metadata, blocks };
  });
  const catalog = new KeyValueCatalog(store, files, Date.now);
  return { models: new ModelRegistry(catalog, files, REGISTERED_MODELS) };
}

/** The truth about one model of a user's; wrangler.toml binds all of them as REGISTERED_MODELS. */
export class RegisteredModelObject extends DurableObject<Bindings> {
  readonly #model: RegisteredModel;

  constructor(state: DurableObjectState, bindings: Bindings) {
    super(state, bindings);
    const { MODELS } = bindings;
    if (MODELS === undefined) throw new Error('The binding MODELS is missing.');
    this.#model = new RegisteredModel({
      name: state.id.name ?? '',
      storage: state.storage,
      store: keyValues(MODELS),
      now: Date.now,
      wait: (durationMs) => scheduler.wait(durationMs),
      newId: () => crypto.randomUUID(),
      createdBy: `petal ${packageVersion}`,
    });
  }

  /** @see ModelRegistry.ask */
  ask(operation: ModelOperation, parameters: readonly unknown[]): Promise<Settled<unknown>> {
    const work = this.#model[operation] as (...parameters: readonly unknown[]) => Promise<unknown>;
    return settle(() => work.apply(this.#model, [...parameters]));
  }

  override alarm(): Promise<void> {
    return this.#model.maintain();
  }
}

const app = createApp({
  config,
  network,
  classes: classNames.map(({ names, wnid }) => ({ label: names[0], wnid })),
  taxonomy: readTaxonomy(taxonomyTable, classNames),
  access,
  peerOf: peerReader(bindings),
  clock: { now: () => performance.now(), wait: (durationMs) => scheduler.wait(durationMs) },
  version: bindings.VERSION?.id || 'local',
  resultStore: cacheStore(() => caches.default),
  log: (line) => console.log(line),
  ...(bindings.RATE_LIMITER === undefined ? {} : { rateLimiter: bindings.RATE_LIMITER }),
  ...(bindings.ANALYTICS === undefined ? {} : { analytics: bindings.ANALYTICS }),
  ...remotePhotos(),
  ...challenge(),
  ...registry(),
});

export default { fetch: app.fetch } satisfies ExportedHandler;
