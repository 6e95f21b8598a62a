/** Runs the bundled Worker on this machine: the real workerd, by way of Miniflare. */
import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from 'miniflare';
import { unstable_getMiniflareWorkerOptions } from 'wrangler';

const root = join(import.meta.dirname, '..');

const moduleTypes = {
  '.js': 'ESModule',
  '.wasm': 'CompiledWasm',
  '.safetensors': 'Data',
} as const;

export interface LocalWorkerOptions {
  /** Folder of the bundle. */
  readonly bundle: string;
  /** Address to listen on. */
  readonly host?: string;
  /** 0 takes a free one. */
  readonly port?: number;
  /** Port of the DevTools inspector; none is opened without it. */
  readonly inspectorPort?: number;
  /** Variables that replace those of wrangler.toml. */
  readonly vars?: Record<string, string>;
  /** Source of a module that becomes the entry in the bundle's place; it imports `./worker.js`. */
  readonly entry?: string;
}

export interface LocalWorker {
  readonly url: URL;
  /** Stops workerd. */
  dispose(): Promise<void>;
}

/**
 * Starts the Worker with the bindings of wrangler.toml. It listens when this
 * returns; whether it answers is for the caller to ask.
 *
 * @throws Error where the port is taken or workerd does not start
 */
export async function startLocalWorker(options: LocalWorkerOptions): Promise<LocalWorker> {
  const { bundle, host = '127.0.0.1', port = 0, inspectorPort, vars, entry } = options;
  const { workerOptions } = unstable_getMiniflareWorkerOptions(join(root, 'wrangler.toml'));
  const paths = globSync('*.{js,wasm,safetensors}', { cwd: bundle });
  // The first module is the entry.
  paths.sort((a, b) => Number(b === 'worker.js') - Number(a === 'worker.js'));
  const modules = await Promise.all(
    paths.map(async (path) => ({
      type: moduleTypes[extname(path) as keyof typeof moduleTypes],
      path: join(bundle, path),
      contents: await readFile(join(bundle, path)),
    })),
  );
  if (entry !== undefined) {
    const path = join(bundle, 'entry.js');
    modules.unshift({ type: moduleTypes['.js'], path, contents: Buffer.from(entry) });
  }
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      ...workerOptions,
      bindings: { ...(workerOptions.bindings as Record<string, string>), ...vars },
      modules,
      modulesRoot: bundle,
      host,
      port,
      ...(inspectorPort === undefined ? {} : { inspectorPort }),
      // No look-up of Request.cf over the network; a placeholder serves.
      cf: false,
      log: new Log(LogLevel.WARN),
    }),
  );
  try {
    return { url: await miniflare.ready, dispose: () => miniflare.dispose() };
  } catch (error) {
    await miniflare.dispose();
    throw error;
  }
}
