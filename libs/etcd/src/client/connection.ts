import { type EtcdError } from './etcd-error.ts';

/** How to reach a cluster. Nothing in here is read before {@link connectEtcd} is called. */
export interface EtcdConnection {
  /** `host:port`, `http://host:port` or `https://host:port`; IPv6 addresses in brackets. */
  readonly endpoints: readonly string[];
  /**
   * Without a scheme, an endpoint speaks TLS when this is given, as with etcdctl. With `https://` and no
   * settings, the system's certificate authorities are trusted; with `http://` the settings are not used.
   */
  readonly tls?: EtcdTls;
  readonly auth?: EtcdAuth;
  /** Time to connect and shake hands, in ms. Default: 5000. */
  readonly dialTimeoutMs?: number;
  /** Time for an answer, in ms. Default: 10000. */
  readonly commandTimeoutMs?: number;
  /** Time for a member to hash its key space, in ms: it reads all of it. Default: 120000. */
  readonly hashTimeoutMs?: number;
  /** Talk to the given endpoints alone, not to the client URLs that members advertise. Default: false. */
  readonly onlyEndpoints?: boolean;
  /** Told of each endpoint that turns out to be of no use while another one is, until the client has connected. */
  readonly onUnreachable?: (error: EtcdError) => void;
  /** Ends everything that the client does, now and later. */
  readonly signal?: AbortSignal;
}

/** PEM files. They are read again for every connection, since they rotate. */
export interface EtcdTls {
  readonly caFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
  /** The name that the member's certificate must have, when it is not the endpoint's host. */
  readonly serverName?: string;
  readonly insecureSkipVerify?: boolean;
}

export interface EtcdAuth {
  readonly user: string;
  readonly password: string;
}

/** What every endpoint of one connection has in common. */
export interface EndpointSettings {
  readonly tls: EtcdTls | undefined;
  readonly dialTimeoutMs: number;
  readonly commandTimeoutMs: number;
  /** Ends every connection and call. */
  readonly signal: AbortSignal;
}
