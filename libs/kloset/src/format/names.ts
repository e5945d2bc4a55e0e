import { randomBytes } from 'node:crypto';

/** Names of objects in a store, and what can be told from a name alone. docs/store-format.md has them all. */
export const STORE_FILE = 'kloset.json';
export const KEYS_PREFIX = 'keys/';
export const CLUSTERS_PREFIX = 'clusters/';

export type ObjectKind = 'store' | 'key' | 'config' | 'chunk' | 'table' | 'snapshot' | 'note' | 'unknown';

export function clusterPrefix(cluster: string): string {
  return `${CLUSTERS_PREFIX}${cluster}/`;
}

export function chunkName(cluster: string, digest: string): string {
  return `${clusterPrefix(cluster)}chunks/${digest}`;
}

export function tableName(cluster: string, digest: string): string {
  return `${clusterPrefix(cluster)}tables/${digest}`;
}

export function snapshotName(cluster: string, id: string): string {
  return `${clusterPrefix(cluster)}snapshots/${id}`;
}

export function noteName(cluster: string, id: string): string {
  return `${clusterPrefix(cluster)}notes/${id}`;
}

export function configName(cluster: string, number: number): string {
  return `${clusterPrefix(cluster)}config/${String(number).padStart(8, '0')}`;
}

const PATTERNS: readonly (readonly [ObjectKind, RegExp])[] = [
  ['chunk', /^clusters\/([0-9a-f]{32})\/chunks\/([0-9a-f]{64})$/],
  ['table', /^clusters\/([0-9a-f]{32})\/tables\/([0-9a-f]{64})$/],
  ['snapshot', /^clusters\/([0-9a-f]{32})\/snapshots\/([0-9]{8}t[0-9]{9}z-[0-9a-f]{8})$/],
  ['note', /^clusters\/([0-9a-f]{32})\/notes\/([0-9]{8}t[0-9]{9}z-[0-9a-f]{8})$/],
  ['config', /^clusters\/([0-9a-f]{32})\/config\/([0-9]{8})$/],
  ['key', /^(keys)\/([a-z0-9._-]+-[0-9a-f]{16})\.age$/],
];

export interface ParsedName {
  readonly kind: ObjectKind;
  /** The folder of the cluster; '' for what belongs to the whole store. */
  readonly cluster: string;
  /** What the last part of the name says: a digest, an id, a number. */
  readonly id: string;
}

export function parseName(name: string): ParsedName {
  if (name === STORE_FILE) return { kind: 'store', cluster: '', id: name };
  for (const [kind, pattern] of PATTERNS) {
    const match = pattern.exec(name);
    if (match) return { kind, cluster: kind === 'key' ? '' : match[1]!, id: match[2]! };
  }
  return { kind: 'unknown', cluster: /^clusters\/([0-9a-f]{32})\//.exec(name)?.[1] ?? '', id: name };
}

/**
 * A new id for a snapshot or a note: its time in UTC to the millisecond and 32 random bits, such as
 * `20261124t193145123z-9f86d081`. Ids sort by time.
 */
export function newId(time: Date): string {
  const stamp = time.toISOString().replace(/[-:.]/g, '').toLowerCase();
  return `${stamp}-${randomBytes(4).toString('hex')}`;
}
