import { conformanceChecks, describeStorage, runCheck } from '../conformance.ts';
import { countingStorage } from '../counting-storage.ts';
import { withRetry } from '../with-retry.ts';
import { type LocalPlace, localPlace } from './testing/local-place.ts';

const claimed = { durableFolders: true, exclusivePut: true, readOnlyObjects: true };

describeStorage('a folder on this machine', () => localPlace(), claimed);

/** A decorator must keep every promise of what it wraps. Processes of their own would open the place without it. */
describe('the same behind withRetry and countingStorage', () => {
  const { races: _races, crashes: _crashes, ...inThisProcess } = conformanceChecks;

  async function decoratedPlace(): Promise<LocalPlace> {
    const place = await localPlace();
    return { ...place, open: async () => withRetry(countingStorage(await place.open())) };
  }

  for (const check of Object.values(inThisProcess).flat()) {
    it(check.title, () => runCheck(check, decoratedPlace, claimed), 60_000);
  }
});
