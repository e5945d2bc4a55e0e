import { type Boot, type Principal } from '@etcd-kloset/platform';
import { type StoreView } from '../contract/schemas/store.ts';
import { type Parts } from '../parts.ts';
import { type StoreState } from './store-views.ts';

/** A store as this caller sees it: of clusters that the key does not see, nothing is counted. */
export function viewOfStore(
  { boot, book }: Pick<Parts, 'boot' | 'book'>,
  principal: Principal,
  state: StoreState,
): StoreView {
  const { name, id, contents, checkedAt, error, scannedAt } = state;
  const visible = [...contents.clusters].filter(([, { cluster }]) => book.maySee(principal, cluster));
  const isAll = principal.clusters === undefined;
  return {
    name,
    kind: boot.stores.config(name).kind,
    id,
    state: stateOf(state),
    error,
    checkedAt: checkedAt?.toISOString(),
    scannedAt: scannedAt?.toISOString(),
    ownerKey: hasOwnerKey(boot, name),
    clusters: visible.length,
    snapshots: visible.reduce((sum, [, { snapshots }]) => sum + snapshots.size, 0),
    unreadable: isAll ? contents.unreadable.size : 0,
    sizes: sizesOf(state, isAll ? undefined : new Set(visible.map(([folder]) => folder))),
  };
}

function stateOf({ checkedAt, error }: StoreState): StoreView['state'] {
  if (checkedAt === undefined) return 'unknown';
  return error === undefined ? 'reachable' : 'unreachable';
}

function hasOwnerKey({ stores }: Pick<Boot, 'stores'>, name: string): boolean {
  return stores.can(name, 'decrypt');
}

/** @param only folders of clusters; undefined: all, and what belongs to the store itself */
function sizesOf({ measures }: StoreState, only: ReadonlySet<string> | undefined): StoreView['sizes'] {
  if (measures === undefined) return undefined;
  const isCounted = (folder: string): boolean => only === undefined || only.has(folder);
  const sizes = { snapshots: 0, streamed: 0, kept: 0, objects: 0 };
  for (const [folder, { objects, kept }] of measures.folders) {
    if (!isCounted(folder)) continue;
    sizes.objects += objects;
    sizes.kept += kept;
  }
  for (const [folder, { snapshots }] of measures.contents.clusters) {
    if (!isCounted(folder)) continue;
    sizes.snapshots += snapshots.size;
    for (const { bytes } of snapshots.values()) sizes.streamed += bytes.stream;
  }
  return { ...sizes, asOf: measures.at.toISOString() };
}
