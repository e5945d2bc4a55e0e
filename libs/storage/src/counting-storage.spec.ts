import { infosOf } from './conformance/check.ts';
import { countingStorage } from './counting-storage.ts';
import { localPlace } from './local/testing/local-place.ts';

describe('countingStorage', () => {
  it('counts requests by kind, listed objects, and bytes both ways', async () => {
    const place = await localPlace();
    try {
      const storage = countingStorage(await place.open());
      await storage.put('a/1', [Buffer.from('one'), Buffer.from('two')]);
      await storage.put('a/1', Buffer.from('x'));
      await storage.put('a/2', []);
      await storage.get('a/1');
      await storage.get('a/1', { offset: 1, length: 2 });
      await expect(storage.get('a/3')).rejects.toThrow('a/3');
      await storage.stat('a/1');
      expect(await infosOf(storage, 'a/')).toHaveLength(2);
      expect(await storage.folders('')).toEqual(['a']);
      await storage.delete('a/2');
      await storage.now();
      expect(storage.counts).toEqual({
        put: 3,
        get: 3,
        stat: 1,
        list: 2,
        delete: 1,
        now: 1,
        listed: 2,
        bytesPut: 7,
        bytesGot: 8,
      });
    } finally {
      await place.remove();
    }
  });
});
