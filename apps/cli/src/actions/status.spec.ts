import { lack } from './status.ts';

describe('status', () => {
  it('says which proven snapshot does not count, and what it lacks', () => {
    const state = { cluster: 'prod', newest: undefined, newestProven: undefined, ageMs: undefined } as const;
    const incomplete = [
      { id: 'new', missing: ['clusters/x/chunks/aa', 'clusters/x/chunks/bb'] },
      { id: 'old', missing: ['clusters/x/tables/cc'] },
    ];
    expect(lack({ ...state, state: 'missing', incomplete })).toBe(
      'the proven backup new of prod does not count: 2 objects that it needs are missing or cut short, ' +
        'clusters/x/chunks/aa for one; so it is with 1 older one. See `etcd-kloset check`',
    );
  });
});
