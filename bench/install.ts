import { spawn } from 'node:child_process';
import process from 'node:process';
import { isInstalled } from '../scripts/installed.mjs';

const folder = import.meta.dirname;

/**
 * Installs the rivals on first use, so that nobody who only starts or tests
 * Petal downloads them.
 *
 * @returns why they can't be used; undefined where they can
 */
export async function installRivals(): Promise<string | undefined> {
  if (isInstalled(folder)) return undefined;
  console.error('Installing the rivals that Petal is measured against, once ...');
  const parameters = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  const npm = process.env.npm_execpath;
  const [command, ...before] = npm === undefined ? ['npm'] : [process.execPath, npm];
  const child = spawn(command, [...before, ...parameters], {
    cwd: folder,
    // Standard output is the report's, which may be read as JSON.
    stdio: ['ignore', process.stderr, 'pipe'],
    // On Windows npm is a script.
    shell: npm === undefined && process.platform === 'win32',
    env: {
      ...process.env,
      // onnxruntime-node would download CUDA libraries. package.json denies
      // its script, which older versions of npm don't heed.
      ONNXRUNTIME_NODE_INSTALL: 'skip',
    },
  });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
    process.stderr.write(text);
  });
  try {
    const exitCode = await new Promise<number | null>((resolve, reject) => {
      child.on('error', reject).on('close', resolve);
    });
    if (exitCode === 0) return undefined;
    const [firstLine] = complaint.trim().split('\n');
    return `npm ci in bench/ ended with exit code ${exitCode}${firstLine === '' ? '' : ` (${firstLine})`}`;
  } catch (error) {
    return `npm did not start (${error instanceof Error ? error.message : error})`;
  }
}
