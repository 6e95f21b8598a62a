/** `petal/testing`: Petal for test suites and laptops, in the real workerd, without an account. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from 'miniflare';
import { unstable_getMiniflareWorkerOptions } from 'wrangler';
import { packageFolder } from '../../model/folder.ts';
import { buildWorker } from './build-worker.ts';
import { collectingEarly, isAboutFlags } from './early-collection.ts';
import { type Front, makeFrontKey, startFront } from './front.ts';
import { localCertificate } from './local-certificate.ts';
import { outboundService, publicInternet } from './outbound.ts';
import { certificateOf, fetchTrusting } from './own-certificate.ts';
import type { Petal, PetalOptions } from './petal.ts';
import { readWorkerModules } from './worker-modules.ts';

export type { LogLine, Outbound, Petal, PetalOptions } from './petal.ts';

/**
 * Starts the built Worker in Miniflare with the bindings of wrangler.toml, and
 * of `.dev.vars` beside it, and a front that clients connect to. It listens when
 * this returns.
 *
 * @throws Error where the weights can't be had, bundling fails, the port is
 *   taken (its `code` is then ERR_ADDRESS_IN_USE) or workerd does not start
 */
export async function startPetal(options: PetalOptions = {}): Promise<Petal> {
  const { bundle = await buildWorker(), host = '127.0.0.1', port = 0, outbound } = options;
  const { bindings, environment, persist, onLog, inspectorPort } = options;
  const frontKey = makeFrontKey();
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
          bindings: {
            ...(workerOptions.bindings as Record<string, string>),
            ...bindings,
            FRONT_KEY: frontKey,
          },
          modules: await readWorkerModules(bundle, options.entry),
          modulesRoot: bundle,
          outboundService: outbound === undefined ? publicInternet.name : outboundService(outbound),
        },
        publicInternet,
      ],
      host: '127.0.0.1',
      port: 0,
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
    const front = await startFront({
      target: await collectingEarly(() => miniflare.ready),
      key: frontKey,
      host,
      port,
      https: await localCertificate(options.https),
      allowedHosts: options.allowedHosts,
    });
    return await petalOf(miniflare, front);
  } catch (error) {
    await miniflare.dispose();
    throw error;
  }
}

async function petalOf(miniflare: Miniflare, front: Front): Promise<Petal> {
  const { url } = front;
  const certificate = url.protocol === 'https:' ? await certificateOf(url) : undefined;
  let disposed: Promise<void> | undefined;
  const dispose = (): Promise<void> => {
    disposed ??= front.close().then(() => miniflare.dispose());
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
