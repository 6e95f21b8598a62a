/** `npm start`: prepares what is missing, serves, and says so when Petal answers. */
import { rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import process from 'node:process';
import { Command } from 'commander';
import { packageFolder } from '../model/folder.ts';
import { isLoopbackAddress } from '../src/access/loopback.ts';
import type { LogLine, Petal, PetalOptions } from '../src/testing/start-petal.ts';
import { readCertificate } from './certificate.ts';
import { lockFolder } from './folder-lock.ts';
import { readPort } from './read-port.ts';
import { readVariables } from './variables.ts';
import { endWithNpm, guardWorkerd } from './workerd-guard.ts';

/** What is stored is kept here, unless said otherwise; git ignores it. */
const usualFolder = join(packageFolder, '.petal');

const examplePhoto = 'test/fixtures/valid/jpeg/daisy.jpg';

interface Options {
  readonly port?: string;
  readonly host?: string;
  readonly allowedHost?: readonly string[];
  readonly https?: boolean;
  readonly cert?: string;
  readonly key?: string;
  /** True where nothing is said, false where nothing is to be kept. */
  readonly persist: string | boolean;
}

async function readHttps({ https, cert, key }: Options): Promise<PetalOptions['https']> {
  if (cert === undefined && key === undefined) return https;
  if (cert === undefined || key === undefined) {
    throw new Error('--cert and --key go together: a certificate and its private key, in PEM.');
  }
  return await readCertificate(cert, key);
}

function isAddressInUse(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_ADDRESS_IN_USE';
}

function print({ level, message }: LogLine): void {
  if (level === 'error' || level === 'warn') console.error(message);
  else console.log(describeRequest(message));
}

/** The Worker's line of JSON about a request, for a person. Other lines stay as they are. */
function describeRequest(message: string): string {
  if (!message.startsWith('{"requestId"')) return message;
  const { status, method, route, code, photos, cacheHits, durationMs } = JSON.parse(message);
  return [
    status,
    method.padEnd(4),
    route,
    ...(code === undefined ? [] : [code]),
    ...(photos === undefined ? [] : [`${photos} photo${photos === 1 ? '' : 's'}`]),
    ...(cacheHits === undefined ? [] : [`${cacheHits} from the cache`]),
    `${Math.round(durationMs)} ms`,
  ].join('  ');
}

/** Waits until photos can be classified, asking at the address that people will use. */
async function waitUntilHealthy(petal: Petal): Promise<void> {
  const response = await petal.fetch('/healthz');
  if (!response.ok) throw new Error(`Petal started but is not healthy: ${await response.text()}`);
  await response.body?.cancel();
}

/** The folder that keeps what is stored; false where none is wanted, or another Petal has the usual one. */
async function readPersist({ persist }: Options): Promise<string | false> {
  if (persist === false) return false;
  const isNamed = typeof persist === 'string';
  const folder = isNamed ? persist : usualFolder;
  const claim = await lockFolder(folder);
  if (!claim.isOurs) {
    const why = `${relative('.', folder)} is used by ${claim.holder}`;
    if (isNamed) throw new Error(`${why}. Name another folder, or --no-persist.`);
    console.log(`${why}: this one forgets its models when it stops.`);
    return false;
  }
  // Results of former runs are of another version of the code, for which nobody asks.
  await rm(join(folder, 'cache'), { recursive: true, force: true });
  return folder;
}

async function start(options: Options): Promise<void> {
  const port =
    options.port === undefined
      ? readPort('PORT', process.env.PORT ?? '8787')
      : readPort('--port', options.port);
  const host = options.host ?? process.env.HOST ?? '127.0.0.1';
  const https = await readHttps(options);
  const { bindings, warnings } = await readVariables(process.env);
  for (const warning of warnings) console.error(warning);
  // Loaded when they are needed: they bring wrangler, which takes a while.
  const { buildWorker } = await import('../src/testing/build-worker.ts');
  const { startPetal } = await import('../src/testing/start-petal.ts');
  const bundle = await buildWorker();
  const persist = await readPersist(options);
  await endWithNpm();
  guardWorkerd(persist);
  const petal = await startPetal({
    bundle,
    host,
    port,
    https,
    allowedHosts: options.allowedHost,
    bindings,
    persist,
    onLog: print,
  }).catch((error: unknown) => {
    if (!isAddressInUse(error)) {
      const why = error instanceof Error ? error.message : String(error);
      throw new Error(`Petal can not listen on port ${port} of ${host}: ${why}`);
    }
    throw new Error(
      `Port ${port} of ${host} is taken. Stop what listens there, or choose another: npm start -- --port ${port + 1}`,
    );
  });
  await waitUntilHealthy(petal);
  const { origin } = petal.url;
  const ownCertificate = https === true;
  const curl = ownCertificate ? 'curl -k' : 'curl';
  console.log(
    `Petal answers at ${origin} - try: ${curl} -F image=@${examplePhoto} ${origin}/v1/classify`,
  );
  if (host !== 'localhost' && !isLoopbackAddress(host)) {
    console.log(
      'Requests from other machines need a key: "npm run keys" makes one, and PETAL_ACCESS=open in .dev.vars lets everybody classify without.',
    );
  }
  if (ownCertificate) {
    console.log(
      'The certificate is signed by nobody, hence -k, and a warning in browsers that can be passed. Never make a machine trust it: its private key is public. --cert and --key take one of your own.',
    );
  }
}

const program = new Command('npm start --')
  .description('Serve Petal on this machine, in the runtime that it is deployed to.')
  .option('--port <number>', 'port to listen on; 0 takes a free one (default: PORT, or 8787)')
  .option(
    '--host <address>',
    'address to listen on; 0.0.0.0 lets the network in (default: HOST, or 127.0.0.1)',
  )
  .option(
    '--allowed-host <names...>',
    'further host names to answer under, as of a tunnel; requests there need a key',
  )
  .option(
    '--https',
    'serve over https, which browsers want for the camera, with a local certificate',
  )
  .option(
    '--cert <file>',
    'a certificate of your own for https, in PEM (e.g. from mkcert), with --key',
  )
  .option('--key <file>', 'its private key, in PEM')
  .option(
    '--persist <folder>',
    'folder that keeps models and their examples for later runs (default: .petal)',
  )
  .option('--no-persist', 'forget them when it stops')
  .showHelpAfterError()
  .allowExcessArguments(false)
  .action(start);

try {
  await program.parseAsync();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
