import type { Reporter, TestModule } from 'vitest/node';

/** Names the tests that were skipped, which the default reporter only counts. */
export class SkippedReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const names = modules.flatMap((module) =>
      [...module.children.allTests('skipped')].map(({ fullName }) => fullName),
    );
    if (names.length === 0) return;
    console.log(`Skipped, as they do not apply to what is here:\n  ${names.join('\n  ')}`);
  }
}
