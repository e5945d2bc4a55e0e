import { signatureHeader, signWebhook, verifyWebhook } from './signature.ts';

const SECRET = 'a secret that both sides know';
const BODY = '{"type":"backup.committed"}';
const NOW = 1_700_000_000_000;
const good = signatureHeader([SECRET], NOW / 1000, BODY);
const verify = (header: string | undefined, change: object = {}): boolean =>
  verifyWebhook({ secret: SECRET, header, body: BODY, now: NOW, ...change });

describe('the signature of a webhook', () => {
  it('is HMAC-SHA-256 over the time, a dot and the body, so that receivers in any language can check it', () => {
    // printf '1700000000.hello' | openssl dgst -sha256 -hmac key
    expect(signWebhook('key', 1_700_000_000, 'hello')).toBe(
      '4d583a269f4f276a3fa80ff31b5a01879a848096983222a17893d198418939aa',
    );
    expect(good).toMatch(/^t=1700000000,v1=[0-9a-f]{64}$/);
  });

  it('is accepted with the secret, as text and as bytes, and with either of two secrets', () => {
    expect(verify(good)).toBe(true);
    expect(verify(good, { body: Buffer.from(BODY) })).toBe(true);
    const both = signatureHeader(['the new one', SECRET], NOW / 1000, BODY);
    expect(verify(both)).toBe(true);
    expect(verify(both, { secret: 'the new one' })).toBe(true);
    expect(verify(both.replaceAll(',', ', '))).toBe(true);
  });

  it('is refused with another secret, another body, and another time than the one that was signed', () => {
    expect(verify(good, { secret: 'another' })).toBe(false);
    expect(verify(good, { body: `${BODY} ` })).toBe(false);
    expect(verify(good.replace('t=1700000000', 't=1700000001'))).toBe(false);
  });

  it('is refused when it is old, or from a clock that is far ahead', () => {
    expect(verify(good, { now: NOW + 300_000 })).toBe(true);
    expect(verify(good, { now: NOW + 301_000 })).toBe(false);
    expect(verify(good, { now: NOW - 301_000 })).toBe(false);
    expect(verify(good, { now: NOW + 301_000, toleranceSeconds: 600 })).toBe(true);
  });

  it.each([
    ['nothing', undefined],
    ['an empty header', ''],
    ['no time', good.replace(/^t=\d+,/, '')],
    ['two times', `t=1,${good}`],
    ['a time that is no number', good.replace('1700000000', 'NaN')],
    ['a signature that is too short', 't=1700000000,v1=00'],
    ['a signature that is no hex', `t=1700000000,v1=${'z'.repeat(64)}`],
    ['no signature', 't=1700000000'],
    ['a header without end', `${good},${'v1=00,'.repeat(1000)}`],
  ])('is refused when there is %s', (_what, header) => {
    expect(verify(header)).toBe(false);
  });

  it('is not made or checked with an empty secret, which anybody knows', () => {
    expect(() => signWebhook('', 1, BODY)).toThrow(
      expect.objectContaining({ code: 'webhook.no-secret' }) as Error,
    );
    expect(() => verify(good, { secret: '' })).toThrow(
      expect.objectContaining({ code: 'webhook.no-secret' }) as Error,
    );
  });
});
