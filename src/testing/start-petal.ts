/** `petal/testing`: Petal for test suites and laptops, in the real workerd, without an account. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import {
  convertV4MiniflareOptions,
  Log,
  LogLevel,
  Miniflare,
  Response as MiniflareResponse,
  type V4FetchHandler,
} from 'miniflare';
import { unstable_getMiniflareWorkerOptions } from 'wrangler';
import { packageFolder } from '../../model/folder.ts';
import { buildWorker } from './build-worker.ts';
import { certificateOf, fetchTrusting } from './own-certificate.ts';
import { publicInternet } from './public-internet.ts';
import { readWorkerModules } from './worker-modules.ts';

/** One line that the Worker logged. */
export interface LogLine {
  /** The method of `console` that it was logged with: "log", "warn", "error" ... */
  readonly level: string;
  readonly message: string;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
}

/** How {@link startPetal} starts; everything has a default. */
export interface PetalOptions {
  /** Variables and secrets, by name, beside or in place of those of wrangler.toml. */
  readonly bindings?: Readonly<Record<string, string>> | undefined;
  /** A named environment of wrangler.toml, "production" for one; its top level unless named. */
  readonly environment?: string | undefined;
  /** The address to listen on. 127.0.0.1, which nobody else can reach. */
  readonly host?: string | undefined;
  /** The port to listen on. 0, which takes a free one. */
  readonly port?: number | undefined;
  /**
   * Whether to speak https, with Miniflare's certificate for localhost and 127.0.0.1, or with a
   * certificate and its key, both in PEM. Never make a machine trust Miniflare's: its private key is
   * in every copy of the package.
   */
  readonly https?: boolean | { readonly cert: string; readonly key: string } | undefined;
  /** A folder that keeps what the Worker stores, for later runs; `false`, the default, throws it away. */
  readonly persist?: string | false | undefined;
  /** Is handed each line that the Worker logs. They go nowhere without it. */
  readonly onLog?: ((line: LogLine) => void) | undefined;
  /**
   * Answers the Worker's own requests (photos by address, Turnstile) in place of the network: with
   * fetch's classes, or as a Node.js handler, byte by byte. Without it the Worker reaches public
   * addresses only.
   */
  readonly outbound?:
    | ((request: Request) => Response | Promise<Response>)
    | { readonly node: (request: IncomingMessage, response: ServerResponse) => void }
    | undefined;
  /** Path of a JavaScript module that runs in place of the Worker and imports it as './worker.js'. */
  readonly entry?: string | undefined;
  /** Folder of a bundle that is there already. Without it the weights and the bundle are made if missing. */
  readonly bundle?: string | undefined;
  /** Port of the DevTools inspector; none is opened without it. */
  readonly inspectorPort?: number | undefined;
}

/** A Petal that answers, until it is disposed of. */
export interface Petal extends AsyncDisposable {
  /** Its root, e.g. http://127.0.0.1:40123/. */
  readonly url: URL;
  /**
   * The global fetch with addresses relative to {@link Petal.url}. Over https it trusts this Petal's
   * certificate, and doesn't follow redirects.
   *
   * @throws TypeError for an address of another origin
   */
  fetch(pathOrUrl: string | URL, init?: RequestInit): Promise<Response>;
  /** Stops it. What `persist` doesn't keep is gone. */
  dispose(): Promise<void>;
}

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
  const { workerOptions } = unstable_getMiniflareWorkerOptions(
    join(packageFolder, 'wrangler.toml'),
    // No name at all would let the variable CLOUDFLARE_ENV choose.
    environment ?? '',
  );
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      workers: [
        {
          ...workerOptions,
          bindings: { ...(workerOptions.bindings as Record<string, string>), ...bindings },
          modules: await readWorkerModules(bundle, options.entry),
          modulesRoot: bundle,
          outboundService:
            typeof outbound === 'function'
              ? answeredBy(outbound)
              : (outbound ?? publicInternet.name),
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
      handleStructuredLogs: onLog ?? (() => undefined),
    }),
  );
  try {
    const url = new URL(await miniflare.ready);
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

/** Speaks Node.js's own Request and Response, where Miniflare has classes of its own. */
function answeredBy(outbound: (request: Request) => Response | Promise<Response>): V4FetchHandler {
  return async ({ url, method, headers, body }) => {
    const init = { method, headers: [...headers], body, duplex: 'half' };
    const answer = await outbound(new Request(url, init as RequestInit));
    const { status, statusText } = answer;
    return new MiniflareResponse(answer.body, { status, statusText, headers: [...answer.headers] });
  };
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
