import { bboltFile, etcdFile, rowOf, type Row, type Write } from '../spec-support/etcd-file.ts';
import { scan, Scratch } from '../spec-support/scanned-file.ts';
import { type KubernetesFindings } from './analysis.ts';
import { encryptedValue, isRegistryKey } from './kubernetes-values.ts';

let scratch: Scratch;
beforeAll(() => (scratch = new Scratch()));
afterAll(() => scratch.remove());

function findings(file: Uint8Array): KubernetesFindings | undefined {
  const { analysis } = scan(scratch, file);
  if (!analysis.decoded) throw new Error(analysis.reason);
  return analysis.kubernetes;
}
const writes = (...rows: readonly (readonly [key: string, value: string | undefined])[]): Write[] =>
  rows.map(([key, value], i) => ({ main: 2 + i, key, value }));

describe('what Kubernetes keeps', () => {
  it('is counted: its keys, and the values it encrypted, by provider and key with the resources they are of', () => {
    const file = etcdFile(
      writes(
        ['/registry/secrets/default/a', 'k8s:enc:aescbc:v1:key1:\x01\x02'],
        ['/registry/secrets/default/b', 'k8s:enc:aescbc:v1:key1:\x03'],
        ['/registry/configmaps/default/c', 'k8s:enc:aescbc:v1:key1:\x04'],
        ['/registry/secrets/default/d', 'k8s:enc:kms:v2:cloud:\x05'],
        ['/registry/secrets/default/e', 'k8s\x00plain'],
        ['/registry/secrets/default/a', undefined],
        ['/other/secrets/x', 'k8s:enc:aescbc:v1:key9:\x01'],
        ['/registryx', 'k8s:enc:aescbc:v1:key9:\x01'],
      ),
    );
    const found = findings(file)!;
    expect(found.keys).toBe(6);
    expect(found.encrypted).toHaveLength(2);
    expect(found.encrypted).toEqual(
      expect.arrayContaining([
        { provider: 'aescbc', key: 'key1', resources: ['secrets', 'configmaps'], values: 3 },
        { provider: 'kms', key: 'cloud', resources: ['secrets'], values: 1 },
      ]),
    );
  });

  it('is nothing where no key is its own', () => {
    expect(findings(etcdFile(writes(['/other', 'k8s:enc:aescbc:v1:key1:x'])))).toBeUndefined();
  });

  it('is not looked for in rows that are not as etcd writes them, but for the key', () => {
    const [key, value] = rowOf({ main: 2, key: '/registry/secrets/a', value: 'k8s:enc:aescbc:v1:key1:x' });
    const odd: Row = [key, Buffer.concat([value, Buffer.of(0x38, 1)])];
    expect(findings(bboltFile({ key: [odd] }))).toEqual({ keys: 1, encrypted: [] });
  });

  it('does not grow the record without bound when somebody makes up a key for each value', () => {
    const rows = Array.from(
      { length: 1500 },
      (_, i) => [`/registry/secrets/${i}`, `k8s:enc:x:v1:key-${i}:y`] as const,
    );
    const { keys, encrypted } = findings(etcdFile(writes(...rows)))!;
    expect(keys).toBe(1500);
    expect(encrypted).toHaveLength(1001);
    expect(encrypted.reduce((sum, { values }) => sum + values, 0)).toBe(1500);
    const rest = { provider: 'other', key: '', resources: [''], values: 500 };
    expect(encrypted.find(({ provider }) => provider === 'other')).toEqual(rest);
  });
});

describe('the beginning of an encrypted value', () => {
  const read = (key: string, value: string): unknown => {
    const bytes = Buffer.from(`..${key}${value}..`, 'latin1');
    const middle = 2 + key.length;
    return encryptedValue(bytes, { start: 2, end: middle }, { start: middle, end: bytes.length - 2 });
  };

  it.each([
    ['k8s:enc:aesgcm:v1:key2:data:with:colons', { provider: 'aesgcm', key: 'key2' }],
    ['k8s:enc:kms:v2:my-plugin:', { provider: 'kms', key: 'my-plugin' }],
    // Not as Kubernetes writes it: none of the value may get into the record.
    ['k8s:enc:secretbox', { provider: 'unknown', key: 'unknown' }],
    ['k8s:enc:', { provider: 'unknown', key: 'unknown' }],
    ['k8s:enc:my secret value', { provider: 'unknown', key: 'unknown' }],
    [`k8s:enc:p:v1:${'k'.repeat(400)}:x`, { provider: 'unknown', key: 'unknown' }],
  ])('%s says by what and under which key', (value, expected) => {
    expect(read('/registry/secrets/ns/x', value)).toEqual({ ...expected, resource: 'secrets' });
  });

  it.each(['', 'k8s:enc', 'K8s:enc:aescbc:v1:key1:x', 'xk8s:enc:aescbc:v1:key1:x'])('%j is none', (value) => {
    expect(read('/registry/secrets/ns/x', value)).toBeUndefined();
  });

  it('is of the resource that the key names', () => {
    const of = (key: string): string => (read(key, 'k8s:enc:a:v1:b:') as { resource: string }).resource;
    expect(of('/registry/stable.example.com/crontabs/ns/x')).toBe('stable.example.com');
    expect(of('/registry/secrets')).toBe('secrets');
    expect(of('/registry/')).toBe('');
  });
});

it('a key of Kubernetes begins with /registry/', () => {
  const is = (key: string): boolean => isRegistryKey(Buffer.from(`x${key}`), 1, key.length + 1);
  expect(['/registry/', '/registry/x'].map(is)).toEqual([true, true]);
  expect(['', '/registry', 'registry/x', '/Registry/x'].map(is)).toEqual([false, false, false, false]);
});
