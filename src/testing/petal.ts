/** What `petal/testing` takes and gives, in types that need no other package's. */
import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * Answers what the Worker fetches: with a Response, or as a handler of
 * Node.js's servers does, byte by byte.
 */
export type Outbound =
  | ((request: Request) => Response | Promise<Response>)
  | { readonly node: (request: IncomingMessage, response: ServerResponse) => void };

/** One line that the Worker logged. */
export interface LogLine {
  /** The method of `console` that it was logged with: "log", "warn", "error" ... */
  readonly level: string;
  readonly message: string;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
}

/** How startPetal starts; everything has a default. */
export interface PetalOptions {
  /** Variables and secrets, by name, beside or in place of those of wrangler.toml. */
  readonly bindings?: Readonly<Record<string, string>> | undefined;
  /** A named environment of wrangler.toml, "production" for one; its top level unless named. */
  readonly environment?: string | undefined;
  /** The address to listen on. 127.0.0.1, which nobody else can reach. */
  readonly host?: string | undefined;
  /**
   * Names under which requests are answered beside those of the address that it listens on. Callers
   * need a key there, on this machine too: a tunnel or a proxy may lead strangers to it.
   */
  readonly allowedHosts?: readonly string[] | undefined;
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
  /** Answers the Worker's own requests (photos by address, Turnstile) in place of the public internet. */
  readonly outbound?: Outbound | undefined;
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
