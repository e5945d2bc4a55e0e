import { type LookupAddress } from 'node:dns';
import { lookup as systemLookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import { JobsError } from '../errors.ts';
import { isPublicAddress } from './private-addresses.ts';

/** All addresses of a name. */
export type Resolve = (hostname: string) => Promise<readonly LookupAddress[]>;

const resolveBySystem: Resolve = (hostname) => systemLookup(hostname, { all: true });

/** Throws when `host`, as a URL has it, is an address that no webhook may reach. Names are left to the lookup. */
export function assertPublicHost(host: string): void {
  const bare = host.replace(/^\[(.*)\]$/s, '$1');
  if (isIP(bare) !== 0 && !isPublicAddress(bare)) throw refused(bare, bare);
}

/**
 * A lookup for one connection. What it gives is what it has checked, and the connection goes there and nowhere else: a
 * name server that answers differently the next time changes nothing. A name that has one address inside is refused as
 * a whole: nobody can tell which of them would be taken.
 */
export function guardedLookup(allowPrivate: boolean, resolve: Resolve = resolveBySystem): LookupFunction {
  return (hostname, options, callback) => {
    addressesOf(hostname, allowPrivate, resolve).then(
      (addresses) => {
        if (options.all === true) callback(null, [...addresses]);
        else callback(null, addresses[0]!.address, addresses[0]!.family);
      },
      (error: unknown) => {
        callback(error as NodeJS.ErrnoException, options.all === true ? [] : '');
      },
    );
  };
}

async function addressesOf(hostname: string, allowPrivate: boolean, resolve: Resolve) {
  const addresses = await resolve(hostname);
  if (addresses.length === 0) {
    throw new JobsError('webhook.unreachable', `${hostname} has no address.`, { retryable: true });
  }
  const inside = addresses.find(({ address }) => !isPublicAddress(address));
  if (!allowPrivate && inside !== undefined) throw refused(hostname, inside.address);
  return addresses;
}

function refused(host: string, address: string): JobsError {
  const is = host === address ? `${host} is` : `${host} has the address ${address}, which is`;
  return new JobsError(
    'webhook.forbidden-address',
    `A webhook may not go there: ${is} not one of the public internet.`,
    {
      advice: 'If it is yours, allow private addresses for this webhook (allowPrivate: true).',
      context: { host },
    },
  );
}
