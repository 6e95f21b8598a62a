#!/usr/bin/env node
/**
 * The `petal` command, as npm links it. In a clone of the repository it installs what is missing and
 * runs the sources on the project's own Node.js; where petal is a dependency it runs what was
 * compiled, on the Node.js at hand. Plain JavaScript, as it runs before any package is there.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join, sep } from 'node:path';
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** The oldest Node.js that what is compiled runs on. */
const leastMajor = 22;

// Node.js resolves the link in node_modules/.bin. import.meta.dirname came with Node.js 20.11.
const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Runs the sources; ends as they do. */
async function runSources() {
  await import('./install.mjs');
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  const runtime = join(root, 'node_modules', 'node', 'bin', name);
  const parameters = [join(root, 'src', 'cli', 'petal.ts'), ...process.argv.slice(2)];
  const child = spawn(runtime, parameters, { stdio: 'inherit' });
  // A terminal sends them to both; another sender only to this process.
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => child.kill(signal));
  }
  child.on('error', (error) => {
    process.stderr.write(`Petal could not be started: ${error.message}\n`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
  });
}

async function runCompiled() {
  if (Number.parseInt(process.versions.node, 10) < leastMajor) {
    process.stderr.write(
      `Petal needs Node.js ${leastMajor} or later, and this is ${process.versions.node}.\n`,
    );
    process.exitCode = 1;
    return;
  }
  const compiled = join(root, 'dist', 'package', 'src', 'cli', 'petal.js');
  if (!existsSync(compiled)) {
    process.stderr.write(`This copy of Petal is not whole: ${compiled} is missing.\n`);
    process.exitCode = 1;
    return;
  }
  await import(pathToFileURL(compiled).href);
}

// Node.js runs no TypeScript that lies in a node_modules folder.
await (root.split(sep).includes('node_modules') ? runCompiled() : runSources());
