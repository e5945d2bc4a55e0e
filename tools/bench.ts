/**
 * How fast and how small, against the tools that others would take, side by side in one run:
 *
 *   npm run bench [-- engine|services] [options of one of them]
 *
 * Machines are noisy: trust the ratios.
 */
import { runCommand } from './run-tests.ts';

const [first, ...rest] = process.argv.slice(2);
const one = first === 'engine' || first === 'services' ? first : undefined;
const args = one === undefined ? process.argv.slice(2) : rest;
for (const name of one === undefined ? ['engine', 'services'] : [one]) {
  const ok = runCommand(`bench ${name}`, process.execPath, [`test/bench/${name}-bench.ts`, ...args]);
  if (!ok) process.exitCode = 1;
}
