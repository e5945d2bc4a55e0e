import { flag, flagOf, list, required, value, variableOf, withDefault } from './option.ts';
import { settle } from './settle.ts';
import { wholeNumber } from './values.ts';

const options = {
  store: required(value('STORE', 'where the store is')),
  endpoints: withDefault(
    list('URL', 'where etcd is', undefined, { commas: true, alsoEnv: ['ETCDCTL_ENDPOINTS'] }),
    ['127.0.0.1:2379'],
  ),
  label: list('K=V', 'labels'),
  bumpRevision: value('N', 'by how much', wholeNumber),
  json: flag('JSON'),
} as const;

const given = (typed: Readonly<Record<string, unknown>>) => ({
  getOptionValue: (name: string) => typed[name],
});

function settled(
  typed: Readonly<Record<string, unknown>>,
  environment: Readonly<Record<string, string>> = {},
) {
  return settle(options, given({ store: 's', ...typed }), environment).values;
}

describe('the names of options', () => {
  it('follow from one rule', () => {
    expect([flagOf('initialAdvertisePeerUrls'), variableOf('initialAdvertisePeerUrls')]).toEqual([
      '--initial-advertise-peer-urls',
      'ETCD_KLOSET_INITIAL_ADVERTISE_PEER_URLS',
    ]);
    expect([flagOf('store'), variableOf('store')]).toEqual(['--store', 'ETCD_KLOSET_STORE']);
  });
});

describe('settle', () => {
  it('takes the command line before the environment, and that before the default', () => {
    const environment = { ETCD_KLOSET_BUMP_REVISION: '7' };
    expect(settled({ bumpRevision: '5' }, environment).bumpRevision).toBe(5);
    expect(settled({}, environment).bumpRevision).toBe(7);
    expect(settled({}).bumpRevision).toBeUndefined();
    expect(settled({}).endpoints).toEqual(['127.0.0.1:2379']);
  });

  it("takes etcdctl's variables after our own", () => {
    const etcdctl = { ETCDCTL_ENDPOINTS: 'a:1,b:2' };
    expect(settled({}, etcdctl).endpoints).toEqual(['a:1', 'b:2']);
    expect(settled({}, { ...etcdctl, ETCD_KLOSET_ENDPOINTS: 'c:3' }).endpoints).toEqual(['c:3']);
  });

  it('counts an empty variable as not set', () => {
    expect(settled({}, { ETCD_KLOSET_ENDPOINTS: '', ETCDCTL_ENDPOINTS: 'a:1' }).endpoints).toEqual(['a:1']);
    expect(() => settle(options, given({}), { ETCD_KLOSET_STORE: '' })).toThrow('--store is missing');
  });

  it('splits lists of the environment at commas, and those of the command line only where that is meant', () => {
    expect(settled({ endpoints: ['a:1, b:2', 'c:3'] }).endpoints).toEqual(['a:1', 'b:2', 'c:3']);
    expect(settled({ label: ['note=a,b'] }).label).toEqual(['note=a,b']);
    expect(settled({}, { ETCD_KLOSET_LABEL: 'a=1,b=2' }).label).toEqual(['a=1', 'b=2']);
  });

  it.each([
    ['1', true],
    ['true', true],
    ['YES', true],
    ['0', false],
    ['false', false],
    ['off', false],
  ])('reads the flag %s of the environment', (text, expected) => {
    expect(settled({}, { ETCD_KLOSET_JSON: text }).json).toBe(expected);
  });

  it('lets the command line switch a flag of the environment off', () => {
    expect(settled({ json: false }, { ETCD_KLOSET_JSON: '1' }).json).toBe(false);
  });

  it('says which variable or flag is wrong, and what is missing', () => {
    expect(() => settled({}, { ETCD_KLOSET_JSON: 'maybe' })).toThrow(
      'ETCD_KLOSET_JSON maybe is neither true nor false',
    );
    expect(() => settled({ bumpRevision: 'x' })).toThrow('--bump-revision x is not a whole number');
    expect(() => settle(options, given({}), {})).toThrow('--store is missing: where the store is');
  });

  it('does not repeat what may be a secret that was typed into the wrong place', () => {
    expect(() => settled({ bumpRevision: 'my secret phrase' })).toThrow(
      /^--bump-revision is not a whole number$/,
    );
  });

  it('knows where each value came from', () => {
    const { sourceOf } = settle(options, given({ store: 's' }), { ETCD_KLOSET_JSON: '1' });
    expect([sourceOf('store'), sourceOf('json'), sourceOf('label')]).toEqual([
      'command line',
      'environment',
      'default',
    ]);
  });
});
