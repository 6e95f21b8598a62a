/**
 * Installs the packages that package-lock.json lists, if they are not there.
 * Runs before every npm script, under whichever Node.js the machine has, so
 * it is plain JavaScript without dependencies. Among the packages is the
 * Node.js that everything after it runs on.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

const root = join(import.meta.dirname, '..');

/** Packages by folder, as a lock file lists them; undefined where there is none to read. */
function readLock(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/** npm writes a lock file of its own into node_modules as the last step of an installation. */
function isInstalled() {
  const wanted = readLock(join(root, 'package-lock.json'));
  const present = readLock(join(root, 'node_modules', '.package-lock.json'));
  if (wanted === undefined || present === undefined) return false;
  const runtime = process.platform === 'win32' ? 'node.exe' : 'node';
  if (!existsSync(join(root, 'node_modules', 'node', 'bin', runtime))) return false;
  return Object.entries(wanted).every(
    // Optional packages are for other platforms; "" is the project itself.
    ([path, { version, optional }]) =>
      path === '' || optional === true || present[path]?.version === version,
  );
}

function install() {
  process.stderr.write('Installing the packages of package-lock.json, once ...\n');
  const options = ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  const npm = process.env.npm_execpath;
  const { status, error } =
    npm === undefined
      ? spawnSync('npm', options, { cwd: root, stdio: 'inherit', shell: true })
      : spawnSync(process.execPath, [npm, ...options], { cwd: root, stdio: 'inherit' });
  if (status !== 0) {
    const why = error?.message ?? `it ended with exit code ${status}`;
    process.stderr.write(
      `The packages could not be installed: ${why}. The lines above say more; npm needs its registry or a filled cache for this step.\n`,
    );
    process.exit(1);
  }
}

if (!isInstalled()) install();
