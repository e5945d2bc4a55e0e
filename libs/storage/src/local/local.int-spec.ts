import { describeStorage } from '../conformance.ts';
import { countingStorage } from '../counting-storage.ts';
import { withRetry } from '../with-retry.ts';
import { localPlace } from './testing/local-place.ts';

const claimed = { durableFolders: true, exclusivePut: true, readOnlyObjects: true };

describeStorage('a folder on this machine', () => localPlace(), claimed);

describeStorage(
  'the same behind the decorators',
  async () => {
    const place = await localPlace();
    return { ...place, open: async () => withRetry(countingStorage(await place.open())) };
  },
  claimed,
);
