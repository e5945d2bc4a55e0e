import { unlessAborted } from './cancellation.ts';
import { type Alarm, type Member, type MemberHash, type MemberStatus } from './cluster.ts';
import { type EndpointSettings, type EtcdConnection } from './connection.ts';
import { Endpoint } from './endpoint.ts';
import { addressKey, parseEndpoint } from './endpoint-address.ts';
import { EtcdError } from './etcd-error.ts';
import { type GrpcStatus } from './grpc/status.ts';
import { hex, MemberDirectory } from './member-directory.ts';
import { type CallSettings, Session } from './session.ts';
import { type BlobSink, readSnapshot, type SnapshotOptions, type SnapshotResult } from './snapshot-stream.ts';
import { loadSecureContext } from './tls-files.ts';
import {
  ALARM,
  HASH_KV,
  MEMBER_LIST,
  type MemberListResponse,
  type Method,
  RANGE_ONE,
  STATUS,
  type StatusResponse,
  type WithHeader,
} from './wire/messages.ts';
import { SNAPSHOT_PATH } from './wire/snapshot-decoder.ts';

const DIAL_TIMEOUT_MS = 5_000;
const COMMAND_TIMEOUT_MS = 10_000;
const HASH_TIMEOUT_MS = 120_000;

/** Any key will do: what is asked is the revision of the answer. */
const ANY_KEY = Buffer.from([0]);

/**
 * Connects to the cluster through whichever endpoint answers, and authenticates there if a user is given.
 *
 * @throws EtcdError that names the endpoint, or all of them with what happened at each
 */
export async function connectEtcd(connection: EtcdConnection): Promise<EtcdClient> {
  const closing = new AbortController();
  const settings: EndpointSettings = {
    tls: connection.tls,
    dialTimeoutMs: connection.dialTimeoutMs ?? DIAL_TIMEOUT_MS,
    commandTimeoutMs: connection.commandTimeoutMs ?? COMMAND_TIMEOUT_MS,
    signal:
      connection.signal === undefined ? closing.signal : AbortSignal.any([closing.signal, connection.signal]),
  };
  const endpoints = endpointsOf(connection, settings);
  // Connections read the files again. This time it is for a clear error, whether or not anybody listens.
  if (endpoints.some(({ secure }) => secure)) await loadSecureContext(connection.tls ?? {});

  const session = new Session(connection.auth, endpoints);
  const directory = new MemberDirectory(endpoints, settings, session, {
    onlyGiven: connection.onlyEndpoints ?? false,
  });
  const close = () => {
    closing.abort();
    directory.close();
  };
  try {
    const clusterId = await directory.meet(connection.onUnreachable);
    await session.authenticate();
    return new EtcdClient(clusterId, session, directory, {
      hashTimeoutMs: connection.hashTimeoutMs ?? HASH_TIMEOUT_MS,
      close,
    });
  } catch (error) {
    close();
    throw error;
  }
}

function endpointsOf({ endpoints }: EtcdConnection, settings: EndpointSettings): Endpoint[] {
  const byAddress = new Map(
    endpoints.map(parseEndpoint).map((address) => [addressKey(address), new Endpoint(address, settings)]),
  );
  if (byAddress.size === 0) {
    throw new EtcdError('etcd.bad-endpoint', 'No endpoint is given.', {
      advice: 'Give at least one, such as 127.0.0.1:2379 (--endpoints).',
    });
  }
  return [...byAddress.values()];
}

/** A connection to one cluster. Every method rejects with an EtcdError. */
export class EtcdClient {
  readonly clusterId: string;
  readonly #session: Session;
  readonly #directory: MemberDirectory;
  readonly #hashTimeoutMs: number;
  readonly #close: () => void;

  /** Made by {@link connectEtcd}. */
  constructor(
    clusterId: bigint,
    session: Session,
    directory: MemberDirectory,
    options: { hashTimeoutMs: number; close: () => void },
  ) {
    this.clusterId = hex(clusterId);
    this.#session = session;
    this.#directory = directory;
    this.#hashTimeoutMs = options.hashTimeoutMs;
    this.#close = options.close;
  }

  /** False also when a user was given, but the cluster has authentication off. */
  get authenticated(): boolean {
    return this.#session.authenticated;
  }

  /** As a quorum knows them; as the member that was asked knows them, when there is no quorum. */
  async members(): Promise<Member[]> {
    const { members } = await this.#memberList();
    return members.map(({ id, ...member }) => ({ id: hex(id), ...member }));
  }

  /** Of a member, or of whichever member is at an endpoint. */
  async status(target: Member | string): Promise<MemberStatus> {
    if (typeof target !== 'string') {
      const { endpoint, response } = await this.#ask(target, STATUS, undefined);
      return toStatus(endpoint, response);
    }
    const endpoint = this.#directory.endpointAt(target);
    return toStatus(endpoint, await this.#session.call(endpoint, STATUS, undefined));
  }

  /** The alarms that are on. Needs a quorum. */
  async alarms(): Promise<Alarm[]> {
    const { alarms } = await this.#session.callAny('list the alarms', ALARM, undefined, {
      requireLeader: true,
    });
    return alarms.map(({ memberId, type }) => ({
      memberId: hex(memberId),
      type: type === 1 ? 'NOSPACE' : type === 2 ? 'CORRUPT' : 'UNKNOWN',
    }));
  }

  /** The cluster's revision, agreed on by a quorum after this call began. */
  async linearizableRevision(): Promise<bigint> {
    const { header } = await this.#session.callAny(
      'read the current revision',
      RANGE_ONE,
      { key: ANY_KEY },
      { requireLeader: true },
    );
    return header.revision;
  }

  /**
   * The member's hash of the key space at `revision`, or at its current one if that is 0. Not on learners.
   *
   * From 3.5 on etcd keeps the hashes that it makes at compactions. Asked for just such a revision it answers
   * with the one it kept, whose `compactRevision` is that of the compaction before: of rows that are gone since.
   * Asked for revision 0 it hashes what it has.
   */
  async hashKV(member: Member, revision: bigint): Promise<MemberHash> {
    const { response } = await this.#ask(member, HASH_KV, { revision }, { timeoutMs: this.#hashTimeoutMs });
    const { hash, compactRevision, hashRevision, header } = response;
    return {
      hash,
      compactRevision,
      hashRevision: hashRevision === 0n ? undefined : hashRevision,
      revision: header.revision,
    };
  }

  /** Streams the member's database to `onBlob`: see {@link readSnapshot} for what it is given and when. */
  async snapshot(member: Member, onBlob: BlobSink, options: SnapshotOptions = {}): Promise<SnapshotResult> {
    // The stream does not tell whose it is: its connection has to tell just before.
    const { endpoint } = await unlessAborted(this.#ask(member, STATUS, undefined), options.signal);
    return this.#session.withToken(endpoint, async (token) => {
      const call = await endpoint.start(SNAPSHOT_PATH, Buffer.alloc(0), { token });
      const describe = (status: GrpcStatus) => endpoint.describe(status);
      return readSnapshot({ ...call, endpoint: endpoint.address.text, describe }, onBlob, options);
    });
  }

  /** Cancels what is under way. May be called twice. */
  close(): void {
    this.#close();
  }

  async #memberList(): Promise<MemberListResponse> {
    const action = 'list the members';
    try {
      return await this.#session.callAny(
        action,
        MEMBER_LIST,
        { linearizable: true },
        { requireLeader: true },
      );
    } catch (error) {
      // A leader that has just lost its followers does not know it yet: it lets the call run into its timeout.
      if (!(error instanceof EtcdError) || !isWithoutQuorum(error)) throw error;
      return this.#session.callAny(action, MEMBER_LIST, { linearizable: false });
    }
  }

  async #ask<Request, Response extends WithHeader>(
    member: Member,
    method: Method<Request, Response>,
    request: Request,
    settings?: CallSettings,
  ): Promise<{ endpoint: Endpoint; response: Response }> {
    const endpoint = await this.#directory.endpointOf(member);
    const response = await this.#session.call(endpoint, method, request, settings);
    this.#directory.confirm(endpoint, member, response.header);
    return { endpoint, response };
  }
}

function toStatus({ address }: Endpoint, response: StatusResponse): MemberStatus {
  const { header, dbSize, dbSizeInUse, leader, ...rest } = response;
  return {
    ...rest,
    memberId: hex(header.memberId),
    revision: header.revision,
    endpoint: address.text,
    dbSize: Number(dbSize),
    dbSizeInUse: Number(dbSizeInUse),
    leader: leader === 0n ? undefined : hex(leader),
  };
}

/** Whether the want of a quorum can be the cause, at one of the endpoints at least. */
function isWithoutQuorum({ code, failures }: EtcdError): boolean {
  return code === 'etcd.no-leader' || code === 'etcd.timeout' || failures.some(isWithoutQuorum);
}
