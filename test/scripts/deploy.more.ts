import { chmod, readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { describe, expect, inject, test } from 'vitest';
import { type EndedCommand, runCommand } from '../../src/testing/run-command.ts';
import { temporaryFolder } from '../model/temporary-folder.ts';

const root = join(import.meta.dirname, '../..');

/** What a command of wrangler's prints, and how it ends. */
interface Said {
  readonly stdout?: string;
  readonly stderr?: string;
  readonly exitCode?: number;
}

/** In the place of Cloudflare's side: it says what it was told to and writes down what it was asked. */
const stub = `#!/usr/bin/env node
const { appendFileSync } = require('node:fs');
const asked = process.argv.slice(2).join(' ');
appendFileSync(process.env.STUB_ASKED, asked + '\\n');
const said = JSON.parse(process.env.STUB_SAYS)[asked] ?? { exitCode: 99 };
process.stdout.write(said.stdout ?? '');
process.stderr.write(said.stderr ?? '');
process.exitCode = said.exitCode ?? 0;
`;

const whoami = 'whoami --json';
const secretList = 'secret list --format json --env production';
const deployment = 'deploy --env production';

const account = { id: '0123', name: 'Ours' };
const loggedIn = JSON.stringify({ loggedIn: true, authType: 'OAuth Token', accounts: [account] });
const withKeys = JSON.stringify([{ name: 'PETAL_API_KEYS', type: 'secret_text' }]);

async function deploy(env: Record<string, string>, parameters: string[]): Promise<EndedCommand> {
  // A home of its own, so that whoever runs this is not logged in.
  const home = await temporaryFolder();
  return await runCommand(process.execPath, ['scripts/deploy.ts', ...parameters], {
    cwd: root,
    env: {
      HOME: home,
      XDG_CONFIG_HOME: home,
      CLOUDFLARE_API_TOKEN: undefined,
      CLOUDFLARE_ACCOUNT_ID: undefined,
      ...env,
    },
  });
}

async function deployWithStub(
  says: Record<string, Said>,
  { parameters = [], env = {} }: { parameters?: string[]; env?: Record<string, string> } = {},
): Promise<EndedCommand & { asked: string[] }> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'wrangler'), stub);
  await chmod(join(folder, 'wrangler'), 0o755);
  const path = join(folder, 'asked');
  const PATH = [folder, process.env.PATH].join(delimiter);
  const stubEnv = { PATH, STUB_ASKED: path, STUB_SAYS: JSON.stringify(says) };
  const ended = await deploy({ ...stubEnv, ...env }, parameters);
  const asked = await readFile(path, 'utf8');
  return { ...ended, asked: asked.trim().split('\n') };
}

describe.runIf(inject('trained'))('npm run deploy', () => {
  test('lists what is there and what is missing where nobody is logged in', async () => {
    const { exitCode, output } = await deploy({}, []);
    expect(exitCode).toBe(1);
    const bundle = /✓ bundle {6}\d\.\d MiB; a Worker may have 64\.0 MiB/.exec(output);
    expect(output.split('\n')).toEqual([
      'Deploying Petal to production',
      '',
      '✓ weights     model/mobilenet_v2_1.0_224.safetensors',
      bundle?.[0],
      '✗ account     nobody is logged in to Cloudflare',
      '✓ access      those who have a key',
      '? secret      whether PETAL_API_KEYS is set cannot be asked: there is no account',
      '✓ rate limit  300 requests in 60 s for each key or address',
      '✓ models      kept in KV and Durable Objects, which deploying makes',
      expect.stringMatching(/^· plan {8}Photos need Workers Paid/),
      '',
      'Nothing was deployed. To do:',
      '',
      expect.stringMatching(/^1\. npx wrangler login /),
      '2. If it is not set yet, PETAL_API_KEYS: npm run keys, then npx wrangler secret put PETAL_API_KEYS --env production',
      '',
      'Then again: npm run deploy -- --env production',
      '',
    ]);
  });

  // The stub is a script with a first line that Windows doesn't read.
  describe.runIf(process.platform !== 'win32')('with an account', () => {
    test('deploys, and ends as wrangler does', async () => {
      const { exitCode, output, asked } = await deployWithStub({
        [whoami]: { stdout: loggedIn },
        [secretList]: { stdout: withKeys },
        [deployment]: { stdout: 'in words of its own', exitCode: 3 },
      });
      expect(asked).toEqual([whoami, secretList, deployment]);
      expect(output).toContain('✓ account     Ours');
      expect(output).toContain('✓ secret      PETAL_API_KEYS');
      expect(output).toContain('in words of its own');
      expect(exitCode).toBe(3);
    });

    test('deploys nothing without keys, as for a Worker that was never deployed', async () => {
      const { exitCode, output, asked } = await deployWithStub({
        [whoami]: { stdout: loggedIn },
        [secretList]: { stderr: 'ERROR Worker "petal" (env: production) not found.', exitCode: 1 },
      });
      expect(output).toContain('✗ secret      PETAL_API_KEYS is missing');
      expect(output).toContain(
        '1. PETAL_API_KEYS: npm run keys, then npx wrangler secret put PETAL_API_KEYS --env production',
      );
      expect(asked).toEqual([whoami, secretList]);
      expect(exitCode).toBe(1);
    });

    test('asks for a choice between accounts, takes it, and with --check deploys nothing', async () => {
      const accounts = [account, { id: '4567', name: 'Theirs' }];
      const says = {
        [whoami]: { stdout: JSON.stringify({ loggedIn: true, accounts }) },
        [secretList]: { stdout: withKeys },
      };
      const undecided = await deployWithStub(says, { parameters: ['--check'] });
      expect(undecided.output).toContain(
        '1. Set CLOUDFLARE_ACCOUNT_ID to 0123 (Ours) or 4567 (Theirs)',
      );
      expect(undecided.exitCode).toBe(1);
      const env = { CLOUDFLARE_ACCOUNT_ID: '4567' };
      const decided = await deployWithStub(says, { parameters: ['--check'], env });
      expect(decided.output).toContain('✓ account     Theirs');
      expect(decided.output).toContain('\nEverything is there.\n');
      expect(decided.asked).toEqual([whoami, secretList]);
      expect(decided.exitCode).toBe(0);
    });

    test("says why Cloudflare's side cannot be asked, without wrangler's advice", async () => {
      const stderr = '\n✘ [ERROR] Unable to resolve the name.\n\n  Logs were written to a file\n';
      const { output, asked } = await deployWithStub({ [whoami]: { stderr, exitCode: 1 } });
      expect(output).toContain('✗ account     it cannot be asked: Unable to resolve the name\n');
      expect(output).not.toContain('Logs');
      expect(asked).toEqual([whoami]);
    });
  });

  test('refuses an environment that there is not', async () => {
    const { exitCode, output } = await deploy({}, ['--env', 'staging']);
    expect(exitCode).toBe(1);
    expect(output).toContain('Allowed choices are preview, production.');
  });
});
