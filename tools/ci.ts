/**
 * What must hold before a change lands: no warning, no type error, and all tests. Everything is run even
 * when something failed before; each failed check counts as one more failure in the closing line.
 */
import { closingLine } from './test-summary.ts';
import { runCommand, runTests } from './run-tests.ts';

const checks = [
  runCommand('lint', 'npm', ['run', '--silent', 'lint']),
  runCommand('types', 'npm', ['run', '--silent', 'typecheck']),
];
const failedChecks = checks.filter((ok) => !ok).length;
const tests = await runTests([]);
const counts = { ...tests, failed: tests.failed + failedChecks };
console.log(closingLine(counts));
process.exitCode = counts.failed === 0 ? 0 : 1;
