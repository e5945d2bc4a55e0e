import { type LookupAddress } from 'node:dns';
import { guardedLookup } from './guarded-lookup.ts';

type Found = string | LookupAddress[] | Error | undefined;

/** What a socket is told, in the two ways in which it asks. */
async function look(allowPrivate: boolean, addresses: readonly LookupAddress[]): Promise<[Found, Found]> {
  const lookup = guardedLookup(allowPrivate, () => Promise.resolve(addresses));
  const ask = (all: boolean): Promise<Found> =>
    new Promise((resolve) => lookup('hooks.example', { all }, (error, found) => resolve(error ?? found)));
  return [await ask(true), await ask(false)];
}

const open = { address: '1.1.1.1', family: 4 };
const alsoOpen = { address: '2606:4700:4700::1111', family: 6 };
const inside = { address: '10.0.0.1', family: 4 };

describe('the lookup of a connection', () => {
  it('gives the very addresses that were checked', async () => {
    expect(await look(false, [open, alsoOpen])).toEqual([[open, alsoOpen], '1.1.1.1']);
    expect(await look(true, [inside])).toEqual([[inside], '10.0.0.1']);
  });

  it('gives none when one of them is inside', async () => {
    const refused = expect.objectContaining({ code: 'webhook.forbidden-address' }) as Error;
    expect(await look(false, [open, inside])).toEqual([refused, refused]);
    expect(await look(false, [{ address: 'nonsense', family: 4 }])).toEqual([refused, refused]);
  });

  it('gives none when there is none', async () => {
    const nothing = expect.objectContaining({ code: 'webhook.unreachable', retryable: true }) as Error;
    expect(await look(false, [])).toEqual([nothing, nothing]);
  });
});
