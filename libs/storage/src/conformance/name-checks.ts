import assert from 'node:assert/strict';
import { type Check, namesOf, rejectsWith } from './check.ts';

const odd = [
  '',
  '/',
  '.',
  '..',
  '/a',
  'a/',
  'a//b',
  '../a',
  'a/../b',
  'a/./b',
  '.hidden',
  'a/.tmp',
  'a.',
  'a./b',
  'A',
  'a b',
  'a\\b',
  'a:b',
  'a\nb',
  'a\0b',
  'é',
  'a%2fb',
  '-a',
  'a'.repeat(129),
  Array.from({ length: 60 }, () => 'abcdefgh').join('/'),
];

const longest = [
  'a'.repeat(128),
  Array.from({ length: 4 }, (_, at) => String(at).repeat(at === 0 ? 125 : 128)).join('/'),
];

export const nameChecks: readonly Check[] = [
  {
    title: 'refuses odd names in every operation and keeps nothing of them',
    async run({ storage }) {
      for (const name of odd) {
        await rejectsWith('storage.bad-name', storage.put(name, Buffer.from('x')));
        await rejectsWith('storage.bad-name', storage.get(name));
        await rejectsWith('storage.bad-name', storage.stat(name));
        await rejectsWith('storage.bad-name', storage.delete(name));
      }
      assert.deepEqual(await namesOf(storage, ''), []);
    },
  },
  {
    title: 'refuses a prefix that does not end with a slash, or is odd',
    async run({ storage }) {
      for (const prefix of ['a', 'a/b', '/', '../', 'a//', 'A/', './']) {
        await rejectsWith('storage.bad-name', namesOf(storage, prefix));
        await rejectsWith('storage.bad-name', storage.folders(prefix));
      }
    },
  },
  {
    title: 'keeps names of every allowed character and of the greatest lengths',
    async run({ storage }) {
      const names = [
        ...longest,
        'clusters/00ff/chunks/' + 'ab'.repeat(32),
        'keys/alice-0123456789abcdef.age',
        'kloset.json',
        '0._-z/9_',
      ];
      for (const name of names) assert.equal(await storage.put(name, Buffer.from(name)), 'created');
      for (const name of names) assert.equal((await storage.get(name)).toString(), name);
      assert.deepEqual(await namesOf(storage, ''), names.sort());
    },
  },
];
