import { type ServiceError } from '@grpc/grpc-js';
import { type ConnectProgress } from './credentials.ts';
import { type EndpointAddress } from './endpoint-address.ts';
import { EtcdError } from './etcd-error.ts';
import { speaksHttp2WithoutTls, speaksTls } from './probe.ts';
import { plainPort, tlsPort } from './tls-failure.ts';

/** Why no connection came about, from what the attempt itself noted and from grpc-js's sentence. */
export async function dialFailure(
  error: ServiceError,
  address: EndpointAddress,
  { stage, failure }: ConnectProgress,
): Promise<EtcdError> {
  const { text } = address;
  if (failure !== undefined) {
    const mayBePlain = failure.code === 'etcd.tls' && failure.context['reason'] === 'handshake';
    return mayBePlain && (await speaksHttp2WithoutTls(address)) ? plainPort(text, failure) : failure;
  }
  if (error.details.includes('Name resolution failed')) {
    return unreachable(
      error,
      text,
      `The host name of ${text} cannot be resolved.`,
      'Check the name, and DNS.',
    );
  }
  const reason = lastError(error);
  if (stage === 'dialling') {
    return reason.includes('ECONNREFUSED')
      ? unreachable(
          error,
          text,
          `Nothing listens at ${text}.`,
          'Check address and port, and that the member runs.',
        )
      : unreachable(error, text, `${text} cannot be reached (${reason}).`, 'Check address and network.');
  }
  if (stage === 'connected' && (await speaksTls(address))) return tlsPort(text, error);
  return unreachable(
    error,
    text,
    `${text} accepts connections, but does not speak as an etcd member does (${reason}).`,
    "Check that the port is the one for clients, such as 2379, and not another service's.",
  );
}

/** grpc-js: "No connection established. Last error: Error: WHAT (TIME). Resolution note: NOTE" */
function lastError({ details }: ServiceError): string {
  return (
    /Last error: (?:Error: )?(.*?)(?: \(\d{4}-[^)]*\))?\.? Resolution note/s.exec(details)?.[1] ?? details
  );
}

export function dialTimeout(
  { text }: EndpointAddress,
  { stage }: ConnectProgress,
  timeoutMs: number,
): EtcdError {
  const seconds = timeoutMs / 1000;
  return stage === 'dialling'
    ? new EtcdError('etcd.timeout', `${text} did not accept a connection within ${seconds} s.`, {
        advice: 'Check address, firewall and network.',
        retryable: true,
        context: { endpoint: text },
      })
    : new EtcdError(
        'etcd.timeout',
        `${text} accepted the connection, but said nothing within ${seconds} s.`,
        {
          advice: 'Check whether this member hangs, and that the port is the one for clients.',
          retryable: true,
          context: { endpoint: text },
        },
      );
}

function unreachable(cause: ServiceError, endpoint: string, message: string, advice: string): EtcdError {
  return new EtcdError('etcd.unreachable', message, {
    advice,
    retryable: true,
    context: { endpoint },
    cause,
  });
}
