import net from 'node:net';
import { EtcdError } from './etcd-error.ts';

export interface EndpointAddress {
  /** As it was given, for messages. */
  readonly text: string;
  /** A name or an IP address, without brackets. */
  readonly host: string;
  readonly port: number;
  /** undefined: the scheme was left out, so that the connection's settings decide. */
  readonly secure: boolean | undefined;
}

const SHAPE = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(.*?)\/?$/i;
const HOST_AND_PORT = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(\d{1,5}))?$/;
const HOST_NAME = /^[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_.])?$/i;

/** @throws EtcdError `etcd.bad-endpoint` */
export function parseEndpoint(given: string): EndpointAddress {
  const text = given.trim();
  const [, scheme, rest = ''] = SHAPE.exec(text) ?? [];
  if (rest.includes('@')) {
    throw badEndpoint(
      'An endpoint holds a user or a password.',
      'Give user and password as such, not in the endpoint.',
    );
  }
  if (text.includes(',')) {
    throw badEndpoint(`"${text}" is a list of endpoints, not one.`, 'Give each endpoint by itself.');
  }
  const secure = isSecure(scheme?.toLowerCase(), text);
  if (net.isIPv6(rest)) {
    throw badEndpoint(
      `The endpoint "${text}" is an IPv6 address without brackets.`,
      `Write [ADDRESS]:PORT, for example [::1]:2379.`,
    );
  }
  const [, bracketed, plain, digits] = HOST_AND_PORT.exec(rest) ?? [];
  const host = bracketed ?? plain ?? '';
  if (bracketed === undefined ? !HOST_NAME.test(host) : !net.isIPv6(host) || host.includes('%')) {
    throw badEndpoint(
      `The endpoint "${text}" has no valid host.`,
      'Write host:port, http://host:port or https://host:port.',
    );
  }
  if (digits === undefined) {
    throw badEndpoint(
      `The endpoint "${text}" names no port.`,
      `Write ${text.replace(/\/$/, '')}:2379, if the member listens at etcd's usual port.`,
    );
  }
  const port = Number(digits);
  if (port < 1 || port > 65535) {
    throw badEndpoint(`The endpoint "${text}" has no valid port.`, 'Ports go from 1 to 65535.');
  }
  return { text, host, port, secure };
}

/** The same for two ways of writing one address: what to compare endpoints by. */
export function addressKey({ host, port }: EndpointAddress): string {
  return net.isIPv6(host) ? `[${host.toLowerCase()}]:${port}` : `${host.toLowerCase()}:${port}`;
}

function isSecure(scheme: string | undefined, text: string): boolean | undefined {
  switch (scheme) {
    case undefined:
      return undefined;
    case 'http':
      return false;
    case 'https':
      return true;
    default:
      throw badEndpoint(
        `The endpoint "${text}" has a scheme that is not supported: ${scheme}.`,
        'Write host:port, http://host:port or https://host:port.',
      );
  }
}

function badEndpoint(message: string, advice: string): EtcdError {
  return new EtcdError('etcd.bad-endpoint', message, { advice });
}
