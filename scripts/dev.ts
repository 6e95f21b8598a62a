/** `npm run dev`: `wrangler dev`, which bundles the sources anew at every change, behind Petal's front. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { type AddressInfo, connect, createServer } from 'node:net';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { setTimeout } from 'node:timers/promises';
import { Command } from 'commander';
import { packageFolder } from '../model/folder.ts';
import { makeFrontKey, startFront } from '../src/testing/front.ts';
import { readPort } from './read-port.ts';

interface Options {
  readonly port: string;
  readonly ip: string;
  readonly allowedHost?: readonly string[];
}

const loopback = '127.0.0.1';

/** A port that was free a moment ago. */
async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, loopback);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await once(server.close(), 'close');
  return port;
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, loopback);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

async function dev({ port, ip, allowedHost }: Options, { args }: Command): Promise<void> {
  const frontPort = readPort('--port', port);
  const [key, hiddenPort] = [makeFrontKey(), await findFreePort()];
  const { resolve } = createRequire(import.meta.url);
  const wrangler = join(dirname(resolve('wrangler/package.json')), 'bin', 'wrangler.js');
  const parameters = [
    ...['dev', '--ip', loopback, '--port', String(hiddenPort), '--var', `FRONT_KEY:${key}`],
    // Its keys would open the hidden port, where nobody is local.
    '--show-interactive-dev-session=false',
  ];
  const child = spawn(process.execPath, [wrangler, ...parameters, ...args], {
    cwd: packageFolder,
    stdio: 'inherit',
  });
  child.on('exit', (code) => process.exit(code ?? 1));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  while (!(await isListening(hiddenPort))) await setTimeout(100);
  const target = new URL(`http://${loopback}:${hiddenPort}`);
  const { url } = await startFront({
    target,
    key,
    host: ip,
    port: frontPort,
    allowedHosts: allowedHost,
  }).catch((error: unknown) => {
    child.kill();
    throw error;
  });
  console.log(`Petal answers at ${url.origin}, and anew at every change of its sources.`);
}

const program = new Command('npm run dev --')
  .description('Serve Petal on this machine from its sources. Further options are wrangler dev’s.')
  .option('--port <number>', 'port to listen on', '8787')
  .option('--ip <address>', 'address to listen on; 0.0.0.0 lets the network in', loopback)
  .option(
    '--allowed-host <names...>',
    'further host names to answer under, as of a tunnel; requests there need a key',
  )
  .allowUnknownOption()
  .allowExcessArguments()
  .action(dev);

try {
  await program.parseAsync();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
