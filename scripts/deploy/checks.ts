/** What has to be there before Petal can be deployed. */
import { join, relative } from 'node:path';
import process from 'node:process';
import { unstable_readConfig } from 'wrangler';
import { packageFolder } from '../../model/folder.ts';
import { prepareArtifact } from '../../model/prepare.ts';
import { buildWorker } from '../../src/testing/build-worker.ts';
import { readWorkerModules } from '../../src/testing/worker-modules.ts';
import { type Asked, askSecrets, askWhoami } from './wrangler.ts';

/** One thing that was looked for. */
export interface Finding {
  readonly name: string;
  /** `unknown` where it could not be asked, `note` where nothing can be wrong. */
  readonly state: 'there' | 'missing' | 'unknown' | 'note';
  readonly detail: string;
  /** What brings it, where it is not there. */
  readonly todo?: string;
}

/** Of wrangler.toml. */
type Variables = Readonly<Record<string, unknown>>;

/** Of a Worker's modules together, uncompressed, on every plan. */
const limitBytes = 64 * 2 ** 20;

/**
 * Looks for everything, one after another, so that they can be shown as they
 * come. The weights and the bundle are made where they are missing.
 */
export async function* findPrerequisites(environment: string): AsyncGenerator<Finding> {
  const config = unstable_readConfig({
    config: join(packageFolder, 'wrangler.toml'),
    env: environment,
  });
  yield* findBundle();
  const whoami = await askWhoami();
  const account = findAccount(whoami, config.account_id);
  yield account;
  yield findAccess(config.vars, environment);
  yield* findSecrets(config.vars, environment, account.state === 'there');
  yield findRateLimit(config.ratelimits);
  yield findModels(config);
  yield {
    name: 'plan',
    state: 'note',
    detail:
      'Photos need Workers Paid: the free plan ends a request after 10 ms of CPU. Which one the account has cannot be asked.',
  };
}

async function* findBundle(): AsyncGenerator<Finding> {
  try {
    const artifact = await prepareArtifact();
    yield { name: 'weights', state: 'there', detail: relative(packageFolder, artifact) };
  } catch (error) {
    const todo = messageOf(error);
    yield { name: 'weights', state: 'missing', detail: 'they cannot be had', todo };
    yield { name: 'bundle', state: 'unknown', detail: 'not made without the weights' };
    return;
  }
  try {
    const modules = await readWorkerModules(await buildWorker());
    const bytes = modules.reduce((sum, { contents }) => sum + contents.length, 0);
    const detail = `${mebibytes(bytes)}; a Worker may have ${mebibytes(limitBytes)}`;
    if (bytes <= limitBytes) yield { name: 'bundle', state: 'there', detail };
    else yield { name: 'bundle', state: 'missing', detail, todo: 'Make the bundle smaller.' };
  } catch (error) {
    const todo = messageOf(error);
    yield { name: 'bundle', state: 'missing', detail: 'it cannot be made', todo };
  }
}

type Whoami = Awaited<ReturnType<typeof askWhoami>>;

function findAccount(whoami: Whoami, configured: string | undefined): Finding {
  const name = 'account';
  if ('why' in whoami) {
    const todo =
      'Let this machine reach api.cloudflare.com, and look whether CLOUDFLARE_API_TOKEN, if it is set, is valid.';
    return { name, state: 'missing', detail: `it cannot be asked: ${whoami.why}`, todo };
  }
  if (!whoami.answer.loggedIn) {
    const todo =
      'npx wrangler login (or, where there is no browser, set CLOUDFLARE_API_TOKEN to a token made from the template "Edit Cloudflare Workers")';
    return { name, state: 'missing', detail: 'nobody is logged in to Cloudflare', todo };
  }
  const { accounts } = whoami.answer;
  const id = process.env.CLOUDFLARE_ACCOUNT_ID ?? configured;
  const chosen = id === undefined && accounts.length === 1 ? accounts[0] : { id, name: id };
  if (chosen.id !== undefined) {
    const known = accounts.find((account) => account.id === chosen.id);
    return { name, state: 'there', detail: known?.name ?? chosen.id };
  }
  const choice = accounts.map((account) => `${account.id} (${account.name})`).join(' or ');
  return {
    name,
    state: 'missing',
    detail: `there are ${accounts.length} to choose from`,
    todo: `Set CLOUDFLARE_ACCOUNT_ID to ${choice || 'the id of yours'}`,
  };
}

/** The secrets that variables ask for, with what sets each. */
function requiredSecrets({
  PETAL_ACCESS,
  PETAL_TURNSTILE_SITE_KEY,
}: Variables): [string, string][] {
  const secrets: [string, string][] = [];
  if (PETAL_ACCESS === 'keys') {
    secrets.push(['PETAL_API_KEYS', 'npm run keys, then npx wrangler secret put PETAL_API_KEYS']);
  }
  if (PETAL_TURNSTILE_SITE_KEY !== undefined && PETAL_TURNSTILE_SITE_KEY !== '') {
    secrets.push([
      'PETAL_TURNSTILE_SECRET_KEY',
      'npx wrangler secret put PETAL_TURNSTILE_SECRET_KEY',
    ]);
  }
  return secrets;
}

function findAccess({ PETAL_ACCESS }: Variables, environment: string): Finding {
  const name = 'access';
  if (PETAL_ACCESS === 'keys') return { name, state: 'there', detail: 'those who have a key' };
  if (PETAL_ACCESS === 'open') {
    const detail = 'PETAL_ACCESS is "open": everybody may use it, at your cost';
    return { name, state: 'note', detail };
  }
  return {
    name,
    state: 'missing',
    detail: `PETAL_ACCESS is "${PETAL_ACCESS}"`,
    todo: `Set PETAL_ACCESS to "keys" or "open" in wrangler.toml, under [env.${environment}.vars]`,
  };
}

async function* findSecrets(
  variables: Variables,
  environment: string,
  hasAccount: boolean,
): AsyncGenerator<Finding> {
  const required = requiredSecrets(variables);
  if (required.length === 0) return;
  const asked: Asked<string[]> = hasAccount
    ? await askSecrets(environment)
    : { why: 'there is no account' };
  for (const [secret, command] of required) {
    const name = 'secret';
    const todo = `${secret}: ${command} --env ${environment}`;
    if ('why' in asked) {
      const detail = `whether ${secret} is set cannot be asked: ${asked.why}`;
      yield { name, state: 'unknown', detail, todo: `If it is not set yet, ${todo}` };
    } else if (asked.answer.includes(secret)) {
      yield { name, state: 'there', detail: secret };
    } else {
      yield { name, state: 'missing', detail: `${secret} is missing`, todo };
    }
  }
}

function findRateLimit(
  ratelimits: readonly { name: string; simple: { limit: number; period: number } }[],
): Finding {
  const name = 'rate limit';
  const limiter = ratelimits.find((binding) => binding.name === 'RATE_LIMITER');
  if (limiter === undefined) {
    const todo = 'Add a binding RATE_LIMITER to wrangler.toml, as the one of [env.production] is';
    return { name, state: 'missing', detail: 'there is no binding RATE_LIMITER', todo };
  }
  const { limit, period } = limiter.simple;
  const detail = `${limit} requests in ${period} s for each key or address`;
  return { name, state: 'there', detail };
}

/** Whether users' models have a place; the deployment itself makes it. */
function findModels({
  kv_namespaces,
  durable_objects,
}: {
  readonly kv_namespaces: readonly { binding: string }[];
  readonly durable_objects: { readonly bindings: readonly { name: string }[] };
}): Finding {
  const name = 'models';
  const isBound =
    kv_namespaces.some(({ binding }) => binding === 'MODELS') &&
    durable_objects.bindings.some((binding) => binding.name === 'REGISTERED_MODELS');
  return isBound
    ? { name, state: 'there', detail: 'kept in KV and Durable Objects, which deploying makes' }
    : { name, state: 'note', detail: 'none of your own: MODELS or REGISTERED_MODELS is not bound' };
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
