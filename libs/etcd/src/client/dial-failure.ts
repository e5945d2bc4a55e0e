import { type EtcdTls } from './connection.ts';
import { type EndpointAddress } from './endpoint-address.ts';
import { EtcdError } from './etcd-error.ts';
import { speaksHttp2WithoutTls, speaksTls } from './probe.ts';
import { describeTlsFailure, plainPort, tlsPort } from './tls-failure.ts';

/** How far an attempt to connect had got. */
export type DialStage = 'dialling' | 'connected' | 'secured';

/** Why no connection came about. */
export async function dialFailure(
  cause: NodeJS.ErrnoException,
  address: EndpointAddress,
  stage: DialStage,
  tls: EtcdTls | undefined,
): Promise<EtcdError> {
  if (stage === 'dialling') return neverConnected(cause, address);
  // Once TLS stands, what goes wrong in HTTP/2 is not about TLS.
  const isTls = tls !== undefined && cause.code?.startsWith('ERR_HTTP2') !== true;
  if (isTls) {
    const failure = describeTlsFailure(cause, {
      endpoint: address.text,
      expectedName: tls.serverName ?? address.host,
      clientCertificate: tls.certFile,
      caFile: tls.caFile,
    });
    const mayBePlain = failure.context['reason'] === 'handshake';
    return mayBePlain && (await speaksHttp2WithoutTls(address)) ? plainPort(address.text, cause) : failure;
  }
  if (tls === undefined && (await speaksTls(address))) return tlsPort(address.text, cause);
  return unreachable(
    cause,
    address,
    `accepts connections, but does not speak as an etcd member does (${cause.message})`,
    "Check that the port is the one for clients, such as 2379, and not another service's.",
  );
}

function neverConnected(cause: NodeJS.ErrnoException, address: EndpointAddress): EtcdError {
  switch (cause.code) {
    case 'ECONNREFUSED':
      return unreachable(
        cause,
        address,
        'refuses connections: nothing listens there',
        'Check address and port, and that the member runs.',
      );
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return unreachable(
        cause,
        address,
        `cannot be reached: its name cannot be resolved (${cause.code})`,
        'Check the name, and DNS.',
      );
    default:
      return unreachable(
        cause,
        address,
        `cannot be reached (${cause.code ?? cause.message})`,
        'Check address, firewall and network.',
      );
  }
}

export function dialTimeout({ text }: EndpointAddress, stage: DialStage, timeoutMs: number): EtcdError {
  const seconds = timeoutMs / 1000;
  const [says, advice] =
    stage === 'dialling'
      ? [`did not accept a connection within ${seconds} s`, 'Check address, firewall and network.']
      : [
          `accepted the connection, but said nothing within ${seconds} s`,
          'Check whether this member hangs, and that the port is the one for clients.',
        ];
  return new EtcdError('etcd.timeout', `${text} ${says}.`, {
    advice,
    retryable: true,
    context: { endpoint: text },
  });
}

function unreachable(cause: Error, { text }: EndpointAddress, says: string, advice: string): EtcdError {
  return new EtcdError('etcd.unreachable', `${text} ${says}.`, {
    advice,
    retryable: true,
    context: { endpoint: text },
    cause,
  });
}
