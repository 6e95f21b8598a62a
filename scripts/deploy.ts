/** `npm run deploy`: looks for what a deployment needs, says what is missing, and else deploys. */
import process from 'node:process';
import { styleText } from 'node:util';
import { Command, Option } from 'commander';
import { runProgram } from '../src/cli/run-program.ts';
import type { Finding } from './deploy/checks.ts';
import { deploy } from './deploy/wrangler.ts';

const marks = {
  there: ['green', '✓'],
  missing: ['red', '✗'],
  unknown: ['yellow', '?'],
  note: ['blue', '·'],
} as const;

interface Options {
  readonly env: string;
  readonly check?: boolean;
}

function print({ name, state, detail }: Finding): void {
  const [color, mark] = marks[state];
  // Plain where the output is no terminal, or NO_COLOR is set.
  console.log(`${styleText(color, mark, { stream: process.stdout })} ${name.padEnd(12)}${detail}`);
}

async function run({ env, check }: Options): Promise<void> {
  // Loaded when it is needed: it brings wrangler, which takes a while.
  const { findPrerequisites } = await import('./deploy/checks.ts');
  console.log(`Deploying Petal to ${env}\n`);
  const findings: Finding[] = [];
  for await (const finding of findPrerequisites(env)) {
    findings.push(finding);
    print(finding);
  }
  const isReady = findings.every(({ state }) => state === 'there' || state === 'note');
  if (isReady) {
    console.log(check ? '\nEverything is there.' : '\nEverything is there; deploying.\n');
    if (!check) process.exitCode = await deploy(env);
    return;
  }
  const todos = findings.flatMap(({ todo }) => todo ?? []);
  console.log(`\nNothing was deployed. To do:\n`);
  for (const [i, todo] of todos.entries()) {
    console.log(`${i + 1}. ${todo.replaceAll('\n', '\n   ')}`);
  }
  console.log(`\nThen again: npm run deploy -- --env ${env}`);
  process.exitCode = 1;
}

const program = new Command('npm run deploy --')
  .description('Deploy Petal to Cloudflare, once everything that it needs there is there.')
  .addOption(
    new Option('--env <environment>', 'environment of wrangler.toml')
      .choices(['preview', 'production'])
      .default('production'),
  )
  .option('--check', 'only look for what is needed')
  .allowExcessArguments(false)
  .showHelpAfterError()
  .action(run);

await runProgram(program);
