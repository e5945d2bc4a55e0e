/**
 * All tests that run without being asked for: unit, integration and end to end.
 *
 *   npm test [-- --unit --int --e2e] [-- Jest's own arguments]
 *
 * The last line gives the counts; the exit code is 0 only if nothing failed and something ran.
 */
import { closingLine } from './test-summary.ts';
import { runTests } from './run-tests.ts';

const counts = await runTests(process.argv.slice(2));
console.log(closingLine(counts));
process.exitCode = counts.failed === 0 ? 0 : 1;
