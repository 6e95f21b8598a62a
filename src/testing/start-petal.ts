/** `petal/testing`: Petal for test suites and laptops, in the real workerd, without an account. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from 'miniflare';
import { unstable_getMiniflareWorkerOptions } from 'wrangler';
import { packageFolder } from '../../model/folder.ts';
import { buildWorker } from './build-worker.ts';
import { collectingEarly, isAboutFlags } from './early-collection.ts';
import { outboundService, publicInternet } from './outbound.ts';
import { certificateOf, fetchTrusting } from './own-certificate.ts';
import type { Petal, PetalOptions } from './petal.ts';
import { readWorkerModules } from './worker-modules.ts';

export type { LogLine, Outbound, Petal, PetalOptions } from './petal.ts';

/**
 * Starts the built Worker in Miniflare with the bindings of wrangler.toml, and
 * of `.dev.vars` beside it. It listens when this returns.
 *
 * @throws Error where the weights can't be had, bundling fails, the port is
 *   taken (its `code` is then ERR_ADDRESS_IN_USE) or workerd does not start
 */
export async function startPetal(options: PetalOptions = {}): Promise<Petal> {
  const { bundle = await buildWorker(), host = '127.0.0.1', port = 0, outbound } = options;
  const { bindings, environment, persist, onLog, inspectorPort } = options;
  const site = join(dirname(bundle), 'site');
  const { workerOptions } = unstable_getMiniflareWorkerOptions(
    join(packageFolder, 'wrangler.toml'),
    // No name at all would let the variable CLOUDFLARE_ENV choose.
    environment ?? '',
    { overrides: { assets: { directory: site } } },
  );
  // A bundle of somebody's own may have no site.
  if (!existsSync(site)) delete workerOptions.assets;
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      workers: [
        {
          ...workerOptions,
          bindings: { ...(workerOptions.bindings as Record<string, string>), ...bindings },
          modules: await readWorkerModules(bundle, options.entry),
          modulesRoot: bundle,
          outboundService: outbound === undefined ? publicInternet.name : outboundService(outbound),
        },
        publicInternet,
      ],
      host,
      port,
      ...httpsOptions(options.https),
      ...(inspectorPort === undefined ? {} : { inspectorPort }),
      ...(typeof persist === 'string' ? { resourcePersistencePath: persist } : {}),
      // No look-up of Request.cf over the network; a placeholder serves.
      cf: false,
      log: new Log(LogLevel.WARN),
      handleStructuredLogs: (line) => {
        if (!isAboutFlags(line)) onLog?.(line);
      },
    }),
  );
  try {
    const url = new URL(await collectingEarly(() => miniflare.ready));
    // A wildcard address is for listening; people use the loopback one.
    if (['0.0.0.0', '[::]', '*'].includes(url.hostname)) url.hostname = '127.0.0.1';
    return await petalOf(miniflare, url);
  } catch (error) {
    await miniflare.dispose();
    throw error;
  }
}

function httpsOptions(https: PetalOptions['https'] = false): {
  https?: boolean;
  httpsCert?: string;
  httpsKey?: string;
} {
  if (typeof https === 'boolean') return { https };
  return { httpsCert: https.cert, httpsKey: https.key };
}

async function petalOf(miniflare: Miniflare, url: URL): Promise<Petal> {
  const certificate = url.protocol === 'https:' ? await certificateOf(url) : undefined;
  let disposed: Promise<void> | undefined;
  const dispose = (): Promise<void> => {
    disposed ??= miniflare.dispose();
    return disposed;
  };
  return {
    url,
    async fetch(pathOrUrl, init) {
      const target = new URL(pathOrUrl, url);
      if (target.origin !== url.origin) {
        throw new TypeError(`${target.origin} is not this Petal, which is at ${url.origin}.`);
      }
      if (certificate === undefined) return await fetch(target, init);
      return await fetchTrusting(certificate, new Request(target, init));
    },
    dispose,
    [Symbol.asyncDispose]: dispose,
  };
}
