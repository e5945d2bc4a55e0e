import { readFileSync } from 'node:fs';
import path from 'node:path';
import { version as versionInRecords } from '@etcd-kloset/pipeline';
import { version } from './version.ts';

it('is the same in the package, in the program and in the records that it writes', () => {
  const file = path.join(import.meta.dirname, '../package.json');
  const packageJson = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
  expect([version, versionInRecords]).toEqual([packageJson.version, packageJson.version]);
});
