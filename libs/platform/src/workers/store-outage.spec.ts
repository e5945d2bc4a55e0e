import { KlosetError } from '@etcd-kloset/errors';
import { StorageError, type StorageErrorCode } from '@etcd-kloset/storage';
import { isStoreOutage, outageError } from './store-outage.ts';

const failed = (code: StorageErrorCode, retryable = false): StorageError =>
  new StorageError(code, 'It fails.', { retryable, advice: 'Mend it.' });

describe('a store that fails', () => {
  it.each(['storage.full', 'storage.missing', 'storage.read-only', 'storage.denied', 'storage.io'] as const)(
    'with %s is out of order for now: its jobs wait for it, up to a time',
    (code) => {
      const error = failed(code);
      expect(isStoreOutage(error)).toBe(true);
      expect(outageError(error, 1000, 999)).toMatchObject({ code, retryable: true, advice: 'Mend it.' });
      expect(outageError(error, 1000, 1000)).toMatchObject({ code, retryable: false });
    },
  );

  it('with what another try mends is out of order, whatever its code', () => {
    expect(isStoreOutage(failed('storage.not-found', true))).toBe(true);
  });

  it('with what only somebody can mend is left as it is', () => {
    for (const error of [
      failed('storage.not-found'),
      new KlosetError('object.malformed', 'x'),
      new Error('x'),
    ]) {
      expect(isStoreOutage(error)).toBe(false);
      expect(outageError(error, 1000, 0)).toBe(error);
    }
  });
});
