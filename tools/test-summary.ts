/** What Jest's `--json` report says of a run, as far as it is counted here. */
export interface JestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  /** Suites that could not be loaded or that broke outside their tests. */
  readonly numRuntimeErrorTestSuites: number;
  /** False also for reasons that are no failed test, such as an error while Jest itself ended. */
  readonly success: boolean;
}

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/**
 * The true counts of a run: a suite that fails to load is a failure, and so are a run without any test
 * and an unhappy end that no test is to blame for. No report at all means that Jest did not come that far.
 */
export function countsOf(report: JestReport | undefined): Counts {
  if (report === undefined) return { passed: 0, failed: 1, skipped: 0 };
  const passed = report.numPassedTests;
  const skipped = report.numPendingTests + report.numTodoTests;
  const failed = report.numFailedTests + report.numRuntimeErrorTestSuites;
  const otherFailure = failed === 0 && (!report.success || passed === 0);
  return { passed, failed: otherFailure ? 1 : failed, skipped };
}

/** The closing line, with nothing around it: other programs read it. */
export function closingLine({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`;
}
