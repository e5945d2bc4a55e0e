import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { newApiKey } from '../auth/api-key.ts';
import { redact } from './redact.ts';
import { REDACTED, withoutSecrets } from './secrets.ts';

const SECRET = 'hunter2-hunter2';

describe('what a log may hold', () => {
  it.each([
    'password',
    'Password',
    'redisPassword',
    'passphrase',
    'secret',
    'clientSecret',
    'token',
    'access_token',
    'authorization',
    'Authorization',
    'cookie',
    'set-cookie',
    'credential',
    'identity',
    'privateKey',
    'key',
    'writerKey',
    'api_key',
    'x-api-key',
    'keys',
  ])('is nothing that is called %s, at any depth', (name) => {
    const value = { outer: [{ [name]: SECRET, other: 1 }], map: new Map([[name, { inner: SECRET }]]) };
    expect(JSON.stringify(redact(value))).not.toContain(SECRET);
    expect(redact({ [name]: SECRET, other: 1 })).toEqual({ [name]: REDACTED, other: 1 });
  });

  it('is where a secret lies, who has it, and how many there are', () => {
    const value = {
      passwordFile: '/run/secret',
      writerKeyFile: '/k',
      tokenId: 'a',
      keyName: 'b',
      keys: 12,
      monkey: 'c',
    };
    expect(redact(value)).toEqual(value);
  });

  it.each([
    ['an API key', newApiKey('team a').token],
    ['an API key without a name', newApiKey().token],
    ['an identity of age', `AGE-SECRET-KEY-1${'QPZRY9X8'.repeat(7)}`],
    ['a key of a writer', `ETCD-KLOSET-WRITER-KEY-1:${randomBytes(60).toString('base64url')}`],
    ['a key of a keeper', `ETCD-KLOSET-KEEPER-KEY-1:${randomBytes(60).toString('base64url')}`],
  ])('is no part of %s, in whatever it stands', (_what, secret) => {
    const tail = secret.slice(-12);
    const cause = new Error(`no: ${secret}`);
    const texts = [
      secret,
      { a: `x ${secret} y` },
      [`"${secret}"`],
      new Error('failed', { cause }),
      { [secret]: 1 },
    ];
    for (const text of texts) expect(JSON.stringify(redact(text))).not.toContain(tail);
  });

  it('is no password in an address, header or setting', () => {
    for (const text of [
      `redis://:${SECRET}@redis:6379/0`,
      `sftp://joe:p@${SECRET}@host/backups`,
      `rediss://user:a/b${SECRET}@host`,
      `Authorization: Bearer ${SECRET}`,
      `authorization: basic ${SECRET}`,
      `password=${SECRET}&x=1`,
      `{"password": "${SECRET}"}`,
      `AWS_SECRET_ACCESS_KEY=${SECRET}`,
      `X-Amz-Signature=${SECRET}`,
      `-----BEGIN PRIVATE KEY-----\n${SECRET}\n-----END PRIVATE KEY-----`,
      `-----BEGIN EC PRIVATE KEY-----\n${SECRET}`,
    ]) {
      expect(withoutSecrets(text)).not.toContain(SECRET);
      expect(withoutSecrets(text)).toContain(REDACTED);
    }
  });

  it('is every text that holds no secret, as it is', () => {
    for (const text of [
      'https://etcd-1:2379 answered "unavailable"',
      'connect ECONNREFUSED 127.0.0.1:6379',
      'The key file of the store main cannot be read.',
      'team@example.net asked for a backup of prod:eu',
    ]) {
      expect(withoutSecrets(text)).toBe(text);
    }
  });

  it('is plain data of bounded size, whatever it is given', () => {
    const itself: Record<string, unknown> = { bytes: new Uint8Array(3), when: new Date(0), big: 2n ** 64n };
    itself.itself = itself;
    expect(redact(itself)).toEqual({
      bytes: '[3 bytes]',
      when: '1970-01-01T00:00:00.000Z',
      big: '18446744073709551616',
      itself: '[itself]',
    });
    const throws = {
      get name(): string {
        throw new Error('no');
      },
    };
    expect(redact([throws])).toEqual(['[unreadable]']);
    let deep: unknown = 1;
    for (let depth = 0; depth < 1000; depth++) deep = { deep };
    const wide = Object.fromEntries(Array.from({ length: 5000 }, (_, at) => [`k${at}`, at]));
    expect(JSON.stringify(redact([deep, wide, Array(5000).fill(0), 'x'.repeat(1e6)])).length).toBeLessThan(
      20_000,
    );
    fc.assert(
      fc.property(fc.object({ withBigInt: true, withMap: true, withSet: true, withDate: true }), (value) => {
        JSON.stringify(redact(value));
      }),
    );
  });

  it('takes time in proportion to what it is given', () => {
    for (const text of [
      'a-'.repeat(50_000),
      'a.'.repeat(50_000),
      'password '.repeat(20_000),
      'x://'.repeat(30_000),
    ]) {
      expect(redact(text)).toBeDefined();
    }
  });
});
