import { describeError } from './describe-error.ts';
import { KlosetError } from './kloset-error.ts';

const OPENSSL =
  '40FD5C1B2E7F0000:error:0A000410:SSL routines:ssl3_read_bytes:sslv3 alert handshake failure:' +
  '../deps/openssl/openssl/ssl/record/rec_layer_s3.c:1605:SSL alert number 40\n';

describe('describeError', () => {
  it('says each cause once, in one line, and the advice in the next', () => {
    const cause = new Error('b', { cause: new Error('a: b') });
    expect(describeError(new KlosetError('x', 'It failed.', { advice: 'Try.', cause }))).toBe(
      'It failed: b: a: b\nTry.',
    );
    expect(describeError(new Error('no: b', { cause: new Error('b') }))).toBe('no: b');
  });

  it('says of an error of OpenSSL what its reason is', () => {
    expect(describeError(new Error('the handshake failed', { cause: new Error(OPENSSL) }))).toBe(
      'the handshake failed: sslv3 alert handshake failure',
    );
    expect(describeError(new Error(`it does not speak (${OPENSSL})`, { cause: new Error(OPENSSL) }))).toBe(
      'it does not speak (sslv3 alert handshake failure)',
    );
    expect(describeError(new Error('error:1E08010C:DECODER routines::unsupported'))).toBe('unsupported');
  });

  it('has a code of the system once', () => {
    const cause = new Error("ENOENT: no such file or directory, stat '/x'");
    expect(describeError(new Error('/x cannot be used (ENOENT).', { cause }))).toBe(
      "/x cannot be used: ENOENT: no such file or directory, stat '/x'",
    );
  });

  it('leaves words alone that only look like it', () => {
    expect(describeError(new Error('an error: the port is 10:20'))).toBe('an error: the port is 10:20');
  });
});
