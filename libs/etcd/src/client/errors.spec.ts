import { describeError } from '@etcd-kloset/errors';
import { describeCallFailure } from './call-failure.ts';
import { allFailed, EtcdError } from './etcd-error.ts';
import { GRPC as status } from './grpc/status.ts';
import { describeTlsFailure } from './tls-failure.ts';

const FAILED_PRECONDITION = 9;
const OUT_OF_RANGE = 11;

describe('the translation of what a member answers', () => {
  it.each([
    [status.PERMISSION_DENIED, 'etcdserver: permission denied', 'etcd.permission-denied', false],
    [
      status.INVALID_ARGUMENT,
      'etcdserver: authentication failed, invalid user ID or password',
      'etcd.auth',
      false,
    ],
    [FAILED_PRECONDITION, 'etcdserver: authentication is not enabled', 'etcd.auth', false],
    [status.INVALID_ARGUMENT, 'etcdserver: user name is empty', 'etcd.auth', false],
    [status.UNAUTHENTICATED, 'etcdserver: invalid auth token', 'etcd.auth', true],
    [status.INVALID_ARGUMENT, 'etcdserver: revision of auth store is old', 'etcd.auth', true],
    [OUT_OF_RANGE, 'etcdserver: mvcc: required revision has been compacted', 'etcd.compacted', false],
    [OUT_OF_RANGE, 'etcdserver: mvcc: required revision is a future revision', 'etcd.future-revision', true],
    [status.UNAVAILABLE, 'etcdserver: no leader', 'etcd.no-leader', true],
    [status.UNAVAILABLE, 'etcdserver: rpc not supported for learner', 'etcd.learner', false],
    [
      status.UNAVAILABLE,
      'etcdserver: request timed out, possibly due to connection lost',
      'etcd.timeout',
      true,
    ],
    [status.DEADLINE_EXCEEDED, 'Deadline exceeded after 10.0s', 'etcd.timeout', true],
    [status.UNAVAILABLE, 'Connection dropped', 'etcd.unreachable', true],
    [status.UNIMPLEMENTED, 'unknown service etcdserverpb.Maintenance', 'etcd.unsupported', false],
    [status.UNKNOWN, 'etcdserver: something new', 'etcd.failed', true],
  ])('%i "%s" is %s', (code, details, expected, retryable) => {
    const error = describeCallFailure({ code, details }, { endpoint: 'e:2379', timeoutMs: 10_000 });
    expect(error).toMatchObject({ code: expected, retryable, context: { endpoint: 'e:2379' } });
    expect(error.message).toMatch(/^e:2379 .*\.$/);
    expect(error.advice).toMatch(/\.$/);
  });

  it('says that a backup needs the root role when permission is denied', () => {
    const denied = { code: status.PERMISSION_DENIED, details: 'etcdserver: permission denied' };
    expect(describeCallFailure(denied, { endpoint: 'e', timeoutMs: 1 }).advice).toContain('root role');
  });
});

describe('the translation of a failed handshake', () => {
  const attempt = {
    endpoint: 'https://e:2379',
    expectedName: 'e',
    clientCertificate: undefined,
    caFile: '/pki/ca.crt',
  };
  const failed = (code: string, more: object = {}) =>
    Object.assign(new Error('it failed; try --some-option'), { code, ...more });

  it.each([
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'unknown-ca'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'unknown-ca'],
    ['CERT_HAS_EXPIRED', 'not-valid-now'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'plain-port'],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'client-certificate-required'],
    ['ECONNRESET', 'handshake'],
    ['ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL', 'handshake'],
    ['ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE', 'client-certificate-required'],
  ])('%s is %s', (code, reason) => {
    const error = describeTlsFailure(failed(code), attempt);
    expect(error).toMatchObject({ code: 'etcd.tls', context: { reason } });
    expect(error.message).toMatch(/^https:\/\/e:2379 /);
  });

  it('blames the client certificate when there is one and the server sends an alert', () => {
    const error = describeTlsFailure(failed('ERR_SSL_TLSV1_ALERT_UNKNOWN_CA'), {
      ...attempt,
      clientCertificate: '/pki/client.crt',
    });
    expect(error.context['reason']).toBe('client-certificate-rejected');
    expect(error.message).toContain('/pki/client.crt (unknown ca)');
  });

  it('names the names that a certificate has when it has not the one that was expected', () => {
    const names = (cert: object) =>
      describeTlsFailure(failed('ERR_TLS_CERT_ALTNAME_INVALID', { cert }), attempt).message;
    expect(names({ subject: { CN: 'x' }, subjectaltname: 'DNS:a.example, IP Address:192.0.2.1' })).toContain(
      'not for e but for a.example, 192.0.2.1.',
    );
    expect(names({ subject: { CN: 'x' } })).toContain('but for x.');
    expect(names({ subject: {} })).toContain('no name at all');
  });

  it('does not pass on hints at the command line of Node', () => {
    expect(describeTlsFailure(failed('CERT_UNTRUSTED'), attempt).message).not.toContain('--some-option');
  });
});

describe('the failure of all endpoints', () => {
  const refused = (endpoint: string) =>
    new EtcdError('etcd.unreachable', `Nothing listens at ${endpoint}.`, {
      advice: 'Look there.',
      retryable: true,
    });

  it('is the error itself when there is only one', () => {
    const only = refused('a');
    expect(allFailed('connect', [only])).toBe(only);
  });

  it('names each endpoint with what happened there', () => {
    const error = allFailed('connect', [refused('a:1'), refused('b:2')]);
    expect(error).toMatchObject({ code: 'etcd.unreachable', retryable: true, advice: 'Look there.' });
    expect(describeError(error)).toBe(
      'None of the 2 endpoints could be used to connect:\n' +
        '  Nothing listens at a:1.\n  Nothing listens at b:2.\nLook there.',
    );
    expect(error.failures).toHaveLength(2);
  });

  it('is a cancellation when one of them was cancelled', () => {
    const cancellation = new EtcdError('etcd.cancelled', 'Cancelled.');
    expect(allFailed('connect', [refused('a:1'), cancellation])).toBe(cancellation);
  });

  it('keeps the code that all have in common, and no other', () => {
    const tls = new EtcdError('etcd.tls', 'e presents a certificate.', { context: { reason: 'unknown-ca' } });
    expect(allFailed('connect', [tls, tls])).toMatchObject({
      code: 'etcd.tls',
      context: { reason: 'unknown-ca' },
    });
    expect(allFailed('connect', [tls, refused('a:1')])).toMatchObject({ code: 'etcd.unreachable' });
  });
});
