import { KlosetError } from '@etcd-kloset/errors';
import { KlosetStoreError } from '@etcd-kloset/kloset';
import { fromPortable, toPortable } from './portable-error.ts';

/** As it comes out of a thread. */
const moved = (error: unknown): Error => fromPortable(structuredClone(toPortable(error)));

describe('an error that leaves its thread', () => {
  it('of the store is one again, with all that helps', () => {
    const error = new KlosetStoreError('object.rotten', 'it is damaged', {
      advice: 'mend it',
      retryable: true,
      context: { object: 'x', size: 5 },
    });
    const back = moved(error);
    expect(back).toBeInstanceOf(KlosetStoreError);
    expect(back).toMatchObject({
      message: 'it is damaged',
      code: 'object.rotten',
      advice: 'mend it',
      retryable: true,
      context: { object: 'x', size: 5 },
    });
    expect(back.stack).toBe(error.stack);
  });

  it('of another library of ours keeps its code and its advice, and is not taken for the store’s', () => {
    const back = moved(new KlosetError('bbolt.read', 'it could not be read', { advice: 'look at the disk' }));
    expect(back).toBeInstanceOf(KlosetError);
    expect(back).not.toBeInstanceOf(KlosetStoreError);
    expect(back).toMatchObject({ code: 'bbolt.read', advice: 'look at the disk', retryable: false });
  });

  it('of the system keeps its code, and any other its message', () => {
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    expect(moved(full)).toMatchObject({ code: 'ENOSPC', message: full.message });
    const plain = moved(new TypeError('x is not a function'));
    expect(plain.message).toBe('x is not a function');
    expect('code' in plain).toBe(false);
    expect(moved({ odd: 1 }).message).toBe('{"odd":1}');
  });
});
