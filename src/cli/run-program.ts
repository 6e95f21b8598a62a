import process from 'node:process';
import type { Command } from 'commander';

/** Runs a command line to its end; what it throws is printed as a sentence, and ends it with exit code 1. */
export async function runProgram(program: Command): Promise<void> {
  try {
    await program.parseAsync();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
