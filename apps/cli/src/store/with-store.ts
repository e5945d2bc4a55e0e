import { openStore, type KeyRing, type Store } from '@etcd-kloset/kloset';
import { type Source } from '../options/settle.ts';
import { type Report } from '../output/report.ts';
import { openGivenKey, type GivenKeys, type Need } from './given-keys.ts';
import { withStorage } from './opened-storage.ts';

interface StoreInvocation {
  readonly options: GivenKeys & { readonly store: string };
  readonly sourceOf: (option: keyof GivenKeys) => Source;
  readonly report: Report;
  readonly signal: AbortSignal;
}

/** Opens a store with the key that was given for it, for the time of `work`. */
export async function withStore<T>(
  { options, sourceOf, report, signal }: StoreInvocation,
  need: Need,
  work: (store: Store, ring: KeyRing) => Promise<T>,
): Promise<T> {
  return withStorage(options.store, { report, signal }, async (storage) => {
    const store = await openStore(storage);
    return work(store, await openGivenKey(store, need, { given: options, sourceOf, report, signal }));
  });
}
