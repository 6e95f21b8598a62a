/** wrangler as the side of the account: who is logged in, which secrets there are. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { stripVTControlCharacters } from 'node:util';
import * as z from 'zod';
import { packageFolder } from '../../model/folder.ts';
import { type EndedCommand, runCommand } from '../../src/testing/run-command.ts';

/** For one question to Cloudflare; where the network drops packets nothing else ends it. */
const timeoutMs = 20_000;

const env = {
  WRANGLER_SEND_METRICS: 'false',
  // Behind what is on the path already, for those who don't come by way of npm.
  PATH: [process.env.PATH, join(packageFolder, 'node_modules', '.bin')].join(delimiter),
};
const shell = process.platform === 'win32';

/** An answer, or in a sentence why there is none. */
export type Asked<T> = { readonly answer: T } | { readonly why: string };

const whoami = z.union([
  z.object({ loggedIn: z.literal(false) }),
  z.object({
    loggedIn: z.literal(true),
    accounts: z.array(z.object({ id: z.string(), name: z.string() })),
  }),
]);

/** Who is logged in, by `wrangler login` or by the variable CLOUDFLARE_API_TOKEN. */
export async function askWhoami(): Promise<Asked<z.infer<typeof whoami>>> {
  return read(await run(['whoami', '--json']), whoami);
}

const secrets = z.array(z.object({ name: z.string() }));

/** @returns names of the environment's secrets; none where it was never deployed */
export async function askSecrets(environment: string): Promise<Asked<string[]>> {
  const ended = await run(['secret', 'list', '--format', 'json', '--env', environment]);
  if (ended.exitCode !== 0 && /Worker ".+" .*not found/.test(ended.output)) return { answer: [] };
  const asked = read(ended, secrets);
  return 'why' in asked ? asked : { answer: asked.answer.map(({ name }) => name) };
}

/** @returns wrangler's exit code, whose own words are on the terminal */
export async function deploy(environment: string): Promise<number> {
  const child = spawn('wrangler', ['deploy', '--env', environment], {
    cwd: packageFolder,
    env: { ...process.env, ...env },
    stdio: 'inherit',
    shell,
  });
  const [exitCode] = await once(child, 'close');
  return typeof exitCode === 'number' ? exitCode : 1;
}

async function run(parameters: readonly string[]): Promise<EndedCommand> {
  return await runCommand('wrangler', parameters, { cwd: packageFolder, env, timeoutMs, shell });
}

function read<T>({ exitCode, stdout, output }: EndedCommand, schema: z.ZodType<T>): Asked<T> {
  const parsed = schema.safeParse(parseJson(stdout));
  if (parsed.success) return { answer: parsed.data };
  if (exitCode === null) return { why: `Cloudflare did not answer in ${timeoutMs / 1000} s` };
  // wrangler's error is a line, after which come advice and where its logs are.
  const [, error] = /ERROR\]?\s*(.+?)\.?$/m.exec(stripVTControlCharacters(output)) ?? [];
  return { why: error?.trim() ?? `wrangler ended with exit code ${exitCode}` };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
