import { closingLine, countsOf, type JestReport } from './test-summary.ts';

const good: JestReport = {
  numPassedTests: 12,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  numRuntimeErrorTestSuites: 0,
  success: true,
};

describe('the closing line of a test run', () => {
  it('gives the counts alone', () => {
    expect(closingLine(countsOf(good))).toBe('12 passed, 0 failed');
  });

  it('names skipped tests when there are any', () => {
    expect(closingLine(countsOf({ ...good, numPendingTests: 2, numTodoTests: 1 }))).toBe(
      '12 passed, 0 failed, 3 skipped',
    );
  });

  it('counts a suite that could not be loaded as a failure', () => {
    const report = { ...good, numFailedTests: 1, numRuntimeErrorTestSuites: 2, success: false };
    expect(closingLine(countsOf(report))).toBe('12 passed, 3 failed');
  });

  it('is a failure when no test was executed', () => {
    expect(countsOf({ ...good, numPassedTests: 0 }).failed).toBe(1);
    expect(countsOf({ ...good, numPassedTests: 0, numPendingTests: 4 }).failed).toBe(1);
  });

  it('is a failure when Jest is unhappy for another reason, or gave no report', () => {
    expect(countsOf({ ...good, success: false }).failed).toBe(1);
    expect(countsOf(undefined)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });
});
