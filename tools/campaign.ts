/**
 * A longer campaign of tests, by the name of its Jest project, one test file at a time:
 *
 *   node tools/campaign.ts chaos|compat|fuzz|image [Jest's own arguments]
 */
import { runCommand } from './run-tests.ts';

const [project, ...args] = process.argv.slice(2);
if (project === undefined) throw new Error('which campaign? chaos, compat, fuzz or image');
const ok =
  runCommand('build', 'npm', ['run', '--silent', 'build']) &&
  runCommand(project, process.execPath, [
    'tools/jest.ts',
    '--selectProjects',
    project,
    '--runInBand',
    ...args,
  ]);
process.exitCode = ok ? 0 : 1;
