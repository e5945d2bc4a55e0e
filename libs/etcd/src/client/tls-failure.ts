import { type PeerCertificate } from 'node:tls';
import { EtcdError, type TlsFailure } from './etcd-error.ts';

/** What a failed secure connection was about, as far as the other end can be blamed or helped. */
export interface TlsAttempt {
  /** For messages: the endpoint as it was given. */
  readonly endpoint: string;
  /** The name that the certificate was to have. */
  readonly expectedName: string;
  readonly clientCertificate: string | undefined;
  readonly caFile: string | undefined;
}

const UNKNOWN_CA = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'INVALID_CA',
]);
const NOT_VALID_NOW = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID']);
const NOT_TLS = new Set([
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_SSL_PACKET_LENGTH_TOO_LONG',
  'ERR_SSL_HTTP_REQUEST',
  'ERR_SSL_UNKNOWN_PROTOCOL',
]);

/** Alerts that a server sends when it does not like the client's certificate, or misses it. */
const ABOUT_OUR_CERTIFICATE = /_ALERT_(\w*CERTIFICATE\w*|UNKNOWN_CA|ACCESS_DENIED)$/;

/** Translates what Node and OpenSSL report while a TLS connection is made. */
export function describeTlsFailure(error: NodeJS.ErrnoException, attempt: TlsAttempt): EtcdError {
  const code = error.code ?? '';
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return wrongName(error, attempt);
  if (UNKNOWN_CA.has(code)) return unknownAuthority(error, attempt);
  if (NOT_VALID_NOW.has(code)) {
    return failure('not-valid-now', error, attempt, {
      says: `presents a certificate that is not valid now (${reasonOf(error)})`,
      advice: "Renew the member's certificate, or check this machine's clock.",
    });
  }
  if (NOT_TLS.has(code)) return plainPort(attempt.endpoint, error);
  if (ABOUT_OUR_CERTIFICATE.test(code)) return refusedByServer(error, code, attempt);
  return failure('handshake', error, attempt, {
    says: `broke off the TLS handshake (${error.message})`,
    advice:
      attempt.clientCertificate === undefined
        ? 'Check that this port speaks TLS, and whether the cluster asks for a client certificate (--cert, --key).'
        : 'Check that this port speaks TLS, and that the cluster trusts the client certificate.',
    retryable: true,
  });
}

export function plainPort(endpoint: string, cause: unknown): EtcdError {
  return failure(
    'plain-port',
    cause,
    { endpoint },
    {
      says: 'answers without TLS',
      advice: 'Use http:// for this endpoint, or the port at which the member speaks TLS.',
    },
  );
}

export function tlsPort(endpoint: string, cause: unknown): EtcdError {
  return failure(
    'tls-port',
    cause,
    { endpoint },
    {
      says: 'speaks TLS, and the connection was made without',
      advice: 'Write https:// before the endpoint, and give the CA (--cacert).',
    },
  );
}

function wrongName(error: NodeJS.ErrnoException, attempt: TlsAttempt): EtcdError {
  const certificate = 'cert' in error ? (error.cert as PeerCertificate) : undefined;
  return failure('wrong-name', error, attempt, {
    says: `presents a certificate that is not for ${attempt.expectedName} but for ${namesOf(certificate)}`,
    advice: 'Use one of those names in the endpoint, or give the expected one as the TLS server name.',
  });
}

function unknownAuthority(error: NodeJS.ErrnoException, attempt: TlsAttempt): EtcdError {
  const trusted = attempt.caFile ?? "this system's certificate authorities";
  return failure('unknown-ca', error, attempt, {
    says: `presents a certificate that ${trusted} did not sign (${reasonOf(error)})`,
    advice: "Give the CA that signed the members' certificates (--cacert).",
  });
}

/** Without Node's hint at its own command line. */
function reasonOf({ message }: Error): string {
  return message.replace(/;.*$/s, '');
}

function refusedByServer(error: Error, code: string, attempt: TlsAttempt): EtcdError {
  if (attempt.clientCertificate === undefined) {
    return failure('client-certificate-required', error, attempt, {
      says: 'asks for a client certificate, and none was given',
      advice: 'Give a client certificate and its key (--cert, --key).',
    });
  }
  const reason = /_ALERT_(.*)$/.exec(code)?.[1]?.toLowerCase().replaceAll('_', ' ');
  return failure('client-certificate-rejected', error, attempt, {
    says: `refuses the client certificate ${attempt.clientCertificate} (${reason})`,
    advice: 'Use one that is valid now and signed by the CA that the cluster trusts for clients.',
  });
}

/** "DNS:localhost, IP Address:127.0.0.1" of the subject's alternative names, or the common name. */
function namesOf(certificate: PeerCertificate | undefined): string {
  const alternatives = certificate?.subjectaltname;
  if (alternatives !== undefined) return alternatives.replaceAll(/(DNS|IP Address):/g, '');
  const name = certificate?.subject.CN;
  return name === undefined ? 'no name at all' : [name].flat().join(', ');
}

function failure(
  reason: TlsFailure,
  cause: unknown,
  { endpoint }: Pick<TlsAttempt, 'endpoint'>,
  { says, advice, retryable = false }: { says: string; advice: string; retryable?: boolean },
): EtcdError {
  return new EtcdError('etcd.tls', `${endpoint} ${says}.`, {
    advice,
    retryable,
    context: { endpoint, reason },
    cause,
  });
}
