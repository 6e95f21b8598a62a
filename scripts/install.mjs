/**
 * Installs the packages that package-lock.json lists, if they are not there.
 * Runs before every npm script, under whichever Node.js the machine has, so
 * it is plain JavaScript without dependencies. Among the packages is the
 * Node.js that everything after it runs on.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { isInstalled } from './installed.mjs';

// import.meta.dirname came with Node.js 20.11.
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const runtime = join(
  'node_modules',
  'node',
  'bin',
  process.platform === 'win32' ? 'node.exe' : 'node',
);

function install() {
  process.stderr.write('Installing the packages of package-lock.json, once ...\n');
  const options = ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  const npm = process.env.npm_execpath;
  const { status, error } =
    npm === undefined
      ? spawnSync('npm', options, { cwd: root, stdio: 'inherit', shell: true })
      : spawnSync(process.execPath, [npm, ...options], { cwd: root, stdio: 'inherit' });
  if (status !== 0) {
    const why = error?.message ?? `npm ended with exit code ${status}`;
    process.stderr.write(
      `The packages could not be installed: ${why}. The lines above say more; npm needs its registry or a filled cache for this step.\n`,
    );
    process.exit(1);
  }
}

if (!isInstalled(root) || !existsSync(join(root, runtime))) install();
