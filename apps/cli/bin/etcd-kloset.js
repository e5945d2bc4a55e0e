#!/usr/bin/env node
// What npm links: plain JavaScript that any Node reads, so that one that is too old is told so.
import { existsSync } from 'node:fs';

const [major, minor] = process.versions.node.split('.').map(Number);
const program = new URL('../dist/etcd-kloset.js', import.meta.url);
if (major < 24 || (major === 24 && minor < 8)) {
  fail(
    `etcd-kloset needs Node 24.8 or later, and this is Node ${process.versions.node}. ` +
      'In the repository, `npx etcd-kloset` runs with the right one.',
  );
} else if (!existsSync(program)) {
  fail('etcd-kloset is not built yet: npm run build');
} else {
  await import(program.href);
}

function fail(sentence) {
  console.error(sentence);
  process.exitCode = 1;
}
