import { spawn } from 'node:child_process';
import process from 'node:process';

/** A command that ended. */
export interface EndedCommand {
  /** null where a signal ended it. */
  readonly exitCode: number | null;
  readonly stdout: string;
  /** What it wrote to standard output and standard error, in that order of time. */
  readonly output: string;
}

/** Runs a command to its end, whatever that is, with nothing to read. */
export async function runCommand(
  command: string,
  parameters: readonly string[],
  options: {
    readonly cwd: string;
    /** Variables beside those of this process, which `undefined` takes away. */
    readonly env?: Readonly<Record<string, string | undefined>>;
    /** The command is stopped after so long. */
    readonly timeoutMs?: number;
    /** Whether a shell looks the command up, as Windows needs for scripts that npm links. */
    readonly shell?: boolean;
  },
): Promise<EndedCommand> {
  const { cwd, env, timeoutMs, shell } = options;
  const child = spawn(command, parameters, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: timeoutMs,
    shell,
  });
  let stdout = '';
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject).on('close', resolve);
  });
  return { exitCode, stdout, output };
}
