import fc from 'fast-check';
import { crc32c } from './crc32c.ts';
import { loggedRows } from './spec-support/logged-rows.ts';
import { ReferenceStore } from './spec-support/reference-store.ts';
import { plainCrc32c } from './spec-support/plain-crc32c.ts';
import { StatusHash } from './status-hash.ts';

const bytes = fc.uint8Array({ maxLength: 12 });
const bucket = fc.record({ name: bytes, rows: fc.array(fc.tuple(bytes, bytes), { maxLength: 5 }) });

describe('the status hash', () => {
  it('is the CRC-32C of names, keys and values, one after the other', () => {
    fc.assert(
      fc.property(fc.array(bucket, { maxLength: 4 }), (buckets) => {
        const hash = new StatusHash();
        for (const { name, rows } of buckets) {
          hash.bucket(name);
          for (const [key, value] of rows) hash.row(key, value);
        }
        const all = buckets.flatMap(({ name, rows }) => [name, ...rows.flat()]);
        expect(hash.value()).toBe(plainCrc32c(Buffer.concat(all)));
      }),
    );
  });

  it('comes out the same from the CRCs and lengths of rows as from their bytes', () => {
    const store = new ReferenceStore();
    for (let i = 0; i < 50; i++)
      store.txn([i % 5 === 4 ? { delete: 'k3' } : { put: `k${i % 7}`, value: 'x'.repeat(i) }]);
    const name = Buffer.from('key');
    const byBytes = new StatusHash().bucket(name);
    const byCrc = new StatusHash().bucket(name);
    for (const { key, value } of store.rows) {
      byBytes.row(key, value);
      byCrc.crc(crc32c(Buffer.concat([key, value])), key.length + value.length);
    }
    const last = Buffer.from('lease');
    const expected = byBytes.bucket(last).value();
    expect(byCrc.bucket(last).value()).toBe(expected);
    expect(new StatusHash().bucket(name).rows(loggedRows(store.rows)).bucket(last).value()).toBe(expected);
    expect(expected).toBe(
      plainCrc32c(Buffer.concat([name, ...store.rows.flatMap(({ key, value }) => [key, value]), last])),
    );
  });
});
