import { type Member } from './cluster.ts';
import { type EndpointSettings } from './connection.ts';
import { Endpoint } from './endpoint.ts';
import { addressKey, parseEndpoint } from './endpoint-address.ts';
import { allFailed, EtcdError } from './etcd-error.ts';
import { type Session } from './session.ts';
import { type ResponseHeader, STATUS } from './wire/messages.ts';

/** Once one endpoint has answered, the others get this long to show that they belong to the same cluster. */
const GRACE_MS = 500;
/** An endpoint that did not answer is not asked again for this long. */
const RETRY_AFTER_MS = 10_000;

/**
 * Knows which endpoint leads to which member. The given endpoints come first; a member that none of them
 * reaches is looked for at the client URLs that it advertises. Each endpoint is asked who it is, because an
 * advertised address may mean another host from here, and a given one may be a load balancer.
 */
export class MemberDirectory {
  readonly #given: readonly Endpoint[];
  readonly #settings: EndpointSettings;
  readonly #session: Session;
  readonly #onlyGiven: boolean;
  readonly #advertised = new Map<string, Endpoint>();
  readonly #identities = new Map<Endpoint, Promise<bigint>>();
  #cluster: { readonly id: bigint; readonly endpoint: Endpoint } | undefined;

  constructor(
    given: readonly Endpoint[],
    settings: EndpointSettings,
    session: Session,
    options: { onlyGiven: boolean },
  ) {
    this.#given = given;
    this.#settings = settings;
    this.#session = session;
    this.#onlyGiven = options.onlyGiven;
  }

  /**
   * Asks all given endpoints at once who they are, so that one that hangs holds up nobody, and returns the
   * cluster's id as soon as it is known.
   *
   * @param onUnreachable told of those that fail while another one answers
   */
  async meet(onUnreachable?: (error: EtcdError) => void): Promise<bigint> {
    const asked = this.#given.map((endpoint) => this.#identify(endpoint));
    await Promise.any(asked).catch((error: unknown) => {
      throw allFailed('connect', failuresOf(error));
    });
    for (const result of await settledWithin(asked, GRACE_MS)) {
      if (!(result instanceof EtcdError)) continue;
      if (result.code === 'etcd.different-clusters') throw result;
      onUnreachable?.(result);
    }
    return this.#cluster!.id;
  }

  /** @throws EtcdError when nothing that can be reached from here is that member */
  async endpointOf(member: Member): Promise<Endpoint> {
    const given = await this.#firstThatIs(member, this.#given);
    if (given instanceof Endpoint) return given;
    if (this.#onlyGiven) {
      throw unreachable(member, 'none of the given endpoints leads to it', 'Give one that does.');
    }
    if (member.clientUrls.length === 0) {
      throw unreachable(member, 'it advertises no client URL', 'Check whether this member has ever started.');
    }
    const advertised = await this.#firstThatIs(
      member,
      member.clientUrls.map((url) => this.endpointAt(url)),
    );
    if (advertised instanceof Endpoint) return advertised;
    throw allFailed(`reach the member ${nameOf(member)}`, advertised);
  }

  /** Asks all at once; resolves with what they failed with if none is that member. */
  async #firstThatIs(member: Member, endpoints: readonly Endpoint[]): Promise<Endpoint | EtcdError[]> {
    const asked = endpoints.map(async (endpoint) => {
      const id = await this.#identify(endpoint);
      if (id !== memberIdOf(member)) throw notThatMember(endpoint, member, id);
      return endpoint;
    });
    try {
      return await Promise.any(asked);
    } catch (error) {
      return failuresOf(error);
    }
  }

  /** @throws EtcdError `etcd.bad-endpoint` */
  endpointAt(text: string): Endpoint {
    const address = parseEndpoint(text);
    const key = addressKey(address);
    const known =
      this.#given.find((endpoint) => addressKey(endpoint.address) === key) ?? this.#advertised.get(key);
    if (known !== undefined) return known;
    const endpoint = new Endpoint(address, this.#settings);
    this.#advertised.set(key, endpoint);
    return endpoint;
  }

  /** @throws EtcdError when the answer comes from another member than the one that was asked */
  confirm(endpoint: Endpoint, member: Member, header: ResponseHeader): void {
    if (header.memberId === memberIdOf(member)) return;
    this.#identities.delete(endpoint);
    throw notThatMember(endpoint, member, header.memberId);
  }

  close(): void {
    for (const endpoint of [...this.#given, ...this.#advertised.values()]) endpoint.close();
  }

  #identify(endpoint: Endpoint): Promise<bigint> {
    const known = this.#identities.get(endpoint);
    if (known !== undefined) return known;
    const asking = this.#session
      .call(endpoint, STATUS, undefined)
      .then(({ header }) => this.#belonging(endpoint, header));
    this.#identities.set(endpoint, asking);
    asking.catch(() => {
      const forget = () => {
        if (this.#identities.get(endpoint) === asking) this.#identities.delete(endpoint);
      };
      setTimeout(forget, RETRY_AFTER_MS).unref();
    });
    return asking;
  }

  #belonging(endpoint: Endpoint, { clusterId, memberId }: ResponseHeader): bigint {
    this.#cluster ??= { id: clusterId, endpoint };
    if (clusterId === this.#cluster.id) return memberId;
    const other = this.#cluster.endpoint.address.text;
    throw new EtcdError(
      'etcd.different-clusters',
      `${endpoint.address.text} belongs to cluster ${hex(clusterId)}, but ${other} to cluster ${hex(this.#cluster.id)}.`,
      {
        advice: 'Give the endpoints of one cluster only.',
        context: { endpoint: endpoint.address.text, clusterId: hex(clusterId) },
      },
    );
  }
}

export function hex(id: bigint): string {
  return id.toString(16);
}

function memberIdOf({ id }: Member): bigint {
  return BigInt(`0x${id}`);
}

function nameOf({ name, id }: Member): string {
  return name === '' ? id : `${name} (${id})`;
}

function notThatMember({ address }: Endpoint, member: Member, id: bigint): EtcdError {
  return new EtcdError(
    'etcd.unreachable',
    `${address.text} leads to member ${hex(id)}, not to ${nameOf(member)}.`,
    {
      advice: 'Give an endpoint of this member itself: this one may be a load balancer.',
      retryable: true,
      context: { endpoint: address.text, member: member.id },
    },
  );
}

function unreachable(member: Member, why: string, advice: string): EtcdError {
  return new EtcdError('etcd.unreachable', `The member ${nameOf(member)} cannot be reached: ${why}.`, {
    advice,
    context: { member: member.id },
  });
}

/** What `Promise.any` collected. Anything but our own errors is a defect and is thrown on. */
function failuresOf(error: unknown): EtcdError[] {
  if (!(error instanceof AggregateError)) throw error;
  return error.errors.map((each: unknown) => {
    if (each instanceof EtcdError) return each;
    throw each;
  });
}

/** The results that have come, values or errors, when all have or the time is over. */
async function settledWithin(promises: readonly Promise<unknown>[], timeMs: number): Promise<unknown[]> {
  const results: unknown[] = [];
  const all = Promise.all(
    promises.map((promise) =>
      promise.then(
        (value) => results.push(value),
        (error: unknown) => results.push(error),
      ),
    ),
  );
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([all, new Promise((resolve) => (timer = setTimeout(resolve, timeMs)))]);
  clearTimeout(timer);
  return results;
}
