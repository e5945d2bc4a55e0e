import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type RedisServer } from '@etcd-kloset/testing';

/** All files of a Redis: with its append-only file every command that it was ever given, staged bytes too. */
export function writtenByRedis({ folder }: RedisServer): Buffer {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return Buffer.concat(files.map(({ parentPath, name }) => readFileSync(path.join(parentPath, name))));
}
