import process from 'node:process';
import type { Command } from 'commander';
import { printable } from './printable.ts';

/**
 * Runs a command line to its end; what it throws is printed as a sentence, and
 * ends it with exit code 1. Where nobody reads what it prints any more (`| head -1`),
 * it ends at once and says nothing.
 */
export async function runProgram(program: Command): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      process.exit();
    });
  }
  try {
    await program.parseAsync();
  } catch (error) {
    // A message may quote names of files, but has lines of its own.
    const lines = String(error instanceof Error ? error.message : error).split('\n');
    console.error(lines.map(printable).join('\n'));
    process.exitCode = 1;
  }
}
