import type { Reporter, TestModule } from 'vitest/node';

/** Names the tests that were skipped, which the default reporter only counts. */
export class SkippedReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const names = modules.flatMap((module) =>
      [...module.children.allTests('skipped')].map(({ fullName }) => fullName),
    );
    if (names.length === 0) return;
    console.log(`Skipped, for the reasons that are said at the top:\n  ${names.join('\n  ')}`);
  }
}
