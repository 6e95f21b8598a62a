/** The Worker's variables as `npm start` takes them: wrangler.toml, then .dev.vars, then the environment. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageFolder } from '../model/folder.ts';
import { accessVariableNames, readAccessRules } from '../src/access/rules.ts';
import { configVariableNames, readConfig } from '../src/config.ts';
import { closestNames } from '../src/mobilenet/closest-names.ts';
import { explainUnreadable } from './unreadable.ts';

const prefix = 'PETAL_';

const workerNames: readonly string[] = [...accessVariableNames, ...configVariableNames];

/** The command's key, that of the README's examples, where the weights come from, and the tests' bundle. */
const otherNames = ['PETAL_API_KEY', 'PETAL_KEY', 'PETAL_MODEL_MIRROR', 'PETAL_TEST_BUNDLE'];

/**
 * A line of .dev.vars as dotenv reads it (github.com/motdotla/dotenv, lib/main.js); it skips others
 * without a word.
 */
const assignment =
  /^\s*(?:export\s+)?[\w.-]+(?:\s*=\s*?|:\s+?)(?:\s*'(?:\\'|[^'])*'|\s*"(?:\\"|[^"])*"|\s*`(?:\\`|[^`])*`|[^#\r\n]+)?\s*(?:#.*)?$/gm;

/** What `npm start` lays over the variables of wrangler.toml and .dev.vars. */
export interface StartVariables {
  readonly bindings: Readonly<Record<string, string>>;
  /** Sentences about names that Petal doesn't know. */
  readonly warnings: readonly string[];
}

/**
 * Reads the variables of the environment, and checks them together with those of the files.
 *
 * @param environment of this process
 * @param folder with wrangler.toml, and .dev.vars where there is one
 * @throws Error, a sentence without any secret, where a value or a line is not valid
 */
export async function readVariables(
  environment: Readonly<Record<string, string | undefined>>,
  folder = packageFolder,
): Promise<StartVariables> {
  await checkLines(join(folder, '.dev.vars'));
  // Loaded when it is needed: it takes a while.
  const { unstable_getVarsForDev, unstable_readConfig } = await import('wrangler');
  const path = join(folder, 'wrangler.toml');
  // An environment without a name keeps the variable CLOUDFLARE_ENV from choosing one.
  const { vars } = unstable_readConfig({ config: path, env: '' });
  const ofFiles: Record<string, unknown> = {};
  for (const [name, { value }] of Object.entries(
    unstable_getVarsForDev(path, undefined, vars, undefined, true),
  )) {
    ofFiles[name] = value;
  }
  const bindings: Record<string, string> = {};
  for (const name of workerNames) {
    const value = environment[name];
    if (value !== undefined) bindings[name] = value;
  }
  const together = { ...ofFiles, ...bindings };
  readConfig(together);
  readAccessRules(together);
  const warnings = [
    ...unknownNames(ofFiles).map((name) => explainUnknown(name, 'from .dev.vars or wrangler.toml')),
    ...unknownNames(environment).map((name) => explainUnknown(name, 'from the environment')),
  ];
  return { bindings, warnings };
}

function unknownNames(variables: Readonly<Record<string, unknown>>): string[] {
  const known = [...workerNames, ...otherNames];
  return Object.keys(variables).filter((name) => name.startsWith(prefix) && !known.includes(name));
}

function explainUnknown(name: string, source: string): string {
  const [meant] = closestNames(name.slice(prefix.length), namesAlone());
  const advice =
    meant === undefined
      ? `There are ${workerNames.join(', ')}.`
      : `Did you mean ${prefix}${meant}?`;
  return `${name}, ${source}, is not a variable of Petal's and changes nothing. ${advice}`;
}

function namesAlone(): string[] {
  return workerNames.map((name) => name.slice(prefix.length));
}

/** @throws Error that names the first line that is no variable, without what it says */
async function checkLines(path: string): Promise<void> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw explainUnreadable('.dev.vars', error);
  });
  const others = text.replaceAll(assignment, (lines) => lines.replaceAll(/[^\n]/g, ''));
  const at = others.split('\n').findIndex((line) => /^\s*[^\s#]/.test(line));
  if (at === -1) return;
  throw new Error(`.dev.vars is not valid: expected NAME=value in line ${at + 1}.`);
}
