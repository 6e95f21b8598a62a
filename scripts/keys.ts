/** `npm run keys`: makes a key, prints it once, and says where its hash goes. */
import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { text } from 'node:stream/consumers';
import { Command, InvalidArgumentError } from 'commander';
import {
  type ApiKeyEntry,
  describeKey,
  keyNamePattern,
  makeKey,
  readApiKeys,
  type Scope,
  scopeNames,
  scopes,
} from '../src/access/api-keys.ts';
import { runProgram } from '../src/cli/run-program.ts';

interface KeysOptions {
  name: string;
  scopes: Scope[];
  addTo?: string;
  json?: true;
}

function parseName(name: string): string {
  if (keyNamePattern.test(name)) return name;
  throw new InvalidArgumentError('Expected 1 to 64 letters, digits, "_", "." and "-".');
}

function parseScopes(list: string): Scope[] {
  return [...new Set(list.split(/ *, */))].map((name) => {
    const scope = scopeNames.find((known) => known === name);
    if (scope !== undefined) return scope;
    throw new InvalidArgumentError(`Expected some of ${scopeNames.join(', ')}, with commas.`);
  });
}

/** The keys that there are already, as they will stand in `PETAL_API_KEYS`. */
async function readEntries(path: string | undefined): Promise<ApiKeyEntry[]> {
  if (path === undefined) return [];
  const json = path === '-' ? await text(process.stdin) : await readFile(path, 'utf8');
  readApiKeys(json);
  return json.trim() === '' ? [] : JSON.parse(json);
}

function describeSteps(key: string, entry: ApiKeyEntry, variable: string, isFirst: boolean) {
  return `The key "${entry.name}" for ${entry.scopes.join(' and ')}. It is shown this once, and kept nowhere:

  ${key}

PETAL_API_KEYS holds its hash, from which nobody can find the key:

  ${JSON.stringify(entry)}

${
  isFirst
    ? 'With this key alone, the value is the list below. If there are keys already, add the entry to their\nlist instead: "--add-to <file>" does so for a file that holds it.'
    : 'With the keys that there were, the value is:'
}

  ${variable}

Where it goes:
- in production: run "npx wrangler secret put PETAL_API_KEYS --env production" and paste the value. It
  can't be read back from there, so keep it: the next key is added to it.
- on this machine: put this line into .dev.vars, which git ignores:

  PETAL_API_KEYS='${variable}'

Then send the key with requests: -H "Authorization: Bearer <key>"`;
}

const program = new Command('npm run keys --')
  .description('Make a key for Petal. Nothing is written; the key and its hash are printed.')
  .requiredOption('--name <name>', 'whose key it is, for logs and limits', parseName)
  .option(
    '--scopes <scopes>',
    `what it is good for, with commas: ${scopeNames.map((name) => `${name} (${scopes[name]})`).join(', ')}`,
    parseScopes,
    ['classify'] satisfies Scope[],
  )
  .option(
    '--add-to <file>',
    'a file with the value of PETAL_API_KEYS so far; - reads it from stdin',
  )
  .option(
    '--json',
    'print { key, entry, PETAL_API_KEYS } as JSON (with "npm run --silent keys --")',
  )
  .showHelpAfterError()
  .action(async ({ name, scopes, addTo, json }: KeysOptions) => {
    const key = makeKey();
    const entry = await describeKey(key, name, scopes);
    const entries = [...(await readEntries(addTo)), entry];
    const variable = JSON.stringify(entries);
    readApiKeys(variable);
    console.log(
      json === true
        ? JSON.stringify({ key, entry, PETAL_API_KEYS: variable }, null, 2)
        : describeSteps(key, entry, variable, entries.length === 1),
    );
  });

await runProgram(program);
