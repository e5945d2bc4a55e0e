import {
  chunkName,
  decodeRowsPayload,
  openChunk,
  readChunk,
  type Cluster,
  type RowChunk,
} from '@etcd-kloset/kloset';
import { type Observer } from '../progress.ts';
import { type OpenedSnapshot } from '../restore/opened-snapshot.ts';
import { abortableCluster } from '../store/abortable-store.ts';
import { topPrefix } from './key-prefix.ts';
import { LiveKeys } from './live-keys.ts';

/** What stands below one prefix. */
export interface PrefixCounts {
  readonly prefix: string;
  /** Keys that exist at the snapshot's revision. */
  readonly keys: number;
  /** Versions of keys, deletions too, as etcd keeps them until it compacts. */
  readonly rows: number;
  /** Bytes of these rows in etcd's database, key and value. */
  readonly bytes: number;
}

export interface KeyCounts {
  /** Most bytes first. */
  readonly prefixes: readonly PrefixCounts[];
  readonly keys: number;
  readonly rows: number;
  readonly bytes: number;
}

/** Further prefixes are counted together: a cluster with as many has none that tell anything. */
const MOST_PREFIXES = 4096;
const OTHERS = '(others)';
/** Rows that etcd itself would have written otherwise: their key is not read. */
const RAW = '(not in etcd’s own form)';

/**
 * Counts keys, rows and bytes by prefix. Needs the owner's key: the index section of every chunk is decrypted,
 * which holds keys and sizes; no value is.
 *
 * @throws KlosetStoreError `key.needs-owner` and what is wrong with a chunk
 */
export async function countKeys(
  snapshot: OpenedSnapshot,
  { progress, signal }: Observer & { readonly signal?: AbortSignal | undefined } = {},
): Promise<KeyCounts> {
  const { summary, map } = snapshot;
  const cluster = abortableCluster(snapshot.cluster, signal);
  const groups = prefixGroups();
  const live = new LiveKeys();
  const expected = map.rowChunks.reduce((sum, { objectSize }) => sum + objectSize, 0);
  let bytes = 0;
  if (summary.encoding === 'rows') {
    for (const [at, chunk] of map.rowChunks.entries()) {
      signal?.throwIfAborted();
      await countChunk(cluster, chunk, groups, live);
      bytes += chunk.objectSize;
      progress?.({ stage: 'check', objects: at + 1, bytes, expected });
    }
  }
  const alive = live.counts(groups.all.length);
  const prefixes = groups.all
    .map((group, i): PrefixCounts => ({ ...group, keys: alive[i]! }))
    .sort((a, b) => b.bytes - a.bytes || (a.prefix < b.prefix ? -1 : 1));
  const sum = (what: 'keys' | 'rows' | 'bytes') => prefixes.reduce((total, each) => total + each[what], 0);
  return { prefixes, keys: sum('keys'), rows: sum('rows'), bytes: sum('bytes') };
}

interface Group {
  readonly prefix: string;
  rows: number;
  bytes: number;
}

async function countChunk(
  cluster: Cluster,
  chunk: RowChunk,
  groups: ReturnType<typeof prefixGroups>,
  live: LiveKeys,
): Promise<void> {
  const { ring, id } = cluster;
  const name = chunkName(id, chunk.digest);
  const opened = openChunk(
    await readChunk(cluster, chunk.digest, chunk.objectSize),
    (epoch) => ring.dataPrivateKey(epoch),
    { store: ring.store, cluster: id },
    name,
  );
  const rows = decodeRowsPayload(opened.index(), undefined);
  for (let row = 0; row < rows.count; row++) {
    if (chunk.live !== undefined && (chunk.live[row >>> 3]! & (1 << (row & 7))) === 0) continue;
    const key = rows.userKey(row);
    const group = groups.of(key === undefined ? RAW : topPrefix(key));
    groups.all[group]!.rows++;
    groups.all[group]!.bytes += rows.size(row);
    if (key !== undefined) live.add(key, rows.main(row), rows.sub(row), rows.isTombstone(row), group);
  }
}

function prefixGroups() {
  const all: Group[] = [];
  const byPrefix = new Map<string, number>();
  return {
    all,
    of(prefix: string): number {
      const found = byPrefix.get(prefix);
      if (found !== undefined) return found;
      if (all.length >= MOST_PREFIXES && prefix !== OTHERS) return this.of(OTHERS);
      all.push({ prefix, rows: 0, bytes: 0 });
      byPrefix.set(prefix, all.length - 1);
      return all.length - 1;
    },
  };
}
