/**
 * Runs a script of this repository with the Node that the repository pins, on a machine that may have an
 * older one and no installed packages yet:
 *
 *   node tools/bootstrap.mjs [script.ts [arguments]]
 *
 * Without a script it only sees to the packages. Plain JavaScript, since it runs under Node 18 and later.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { missingPackages } from './missing-packages.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const bin = path.join(root, 'node_modules', '.bin');
const pinnedNode = path.join(root, 'node_modules', 'node', 'bin', 'node');

installWhenNeeded();
const [script, ...args] = process.argv.slice(2);
if (script !== undefined) runWithPinnedNode(script, args);

function installWhenNeeded() {
  const installed = readJson(path.join(root, 'node_modules', '.package-lock.json'));
  if (installed === undefined) {
    npm('ci', 'no packages are installed yet');
    return;
  }
  const missing = missingPackages(readJson(path.join(root, 'package-lock.json')), installed);
  if (missing.length === 0) return;
  const some = missing.slice(0, 3).join(', ') + (missing.length > 3 ? ', …' : '');
  npm(
    process.env.CI === 'true' ? 'ci' : 'install',
    `${missing.length} packages are not as in package-lock.json: ${some}`,
  );
}

function npm(command, reason) {
  console.log(`bootstrap: npm ${command}, since ${reason}`);
  const { status, error } = spawnSync('npm', [command, '--no-audit', '--no-fund'], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status === 0) return;
  console.error(`bootstrap: npm ${command} failed${error === undefined ? '' : `: ${error.message}`}`);
  process.exit(1);
}

function runWithPinnedNode(script, args) {
  const node = existsSync(pinnedNode) ? pinnedNode : process.execPath;
  if (node === process.execPath && Number(process.versions.node.split('.')[0]) < 24) {
    console.error(
      'bootstrap: Node 24 is needed. Allow the install script of the npm package "node", or install Node 24.',
    );
    process.exit(1);
  }
  const child = spawn(node, [script, ...args], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, PATH: `${bin}${path.delimiter}${process.env.PATH ?? ''}` },
  });
  // A terminal sends ^C to the child as well: it decides when to end, this process only waits.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('error', (error) => {
    console.error(`bootstrap: ${error.message}`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
}

function readJson(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}
