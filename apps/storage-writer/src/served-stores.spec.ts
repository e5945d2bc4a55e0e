import { configurationFrom, type ConfigurationInput } from '@etcd-kloset/platform';
import { servedStores } from './served-stores.ts';

const stores: ConfigurationInput['stores'] = {
  disk: { url: '/backups/one' },
  'other-disk': { url: '/backups/two' },
};
const served = (storage: NonNullable<ConfigurationInput['workers']>['storage']): string[] =>
  servedStores(configurationFrom({ stores, workers: { storage } })).map(({ name }) => name);

describe('a storage writer', () => {
  it('serves all stores when nothing else is said', () => {
    expect(served({})).toEqual(['disk', 'other-disk']);
  });

  it('serves those of its kinds, and of those the ones that are named', () => {
    expect(served({ kinds: ['local'] })).toEqual(['disk', 'other-disk']);
    expect(served({ kinds: ['s3'] })).toEqual([]);
    expect(served({ stores: ['other-disk'] })).toEqual(['other-disk']);
    expect(served({ kinds: ['sftp'], stores: ['disk'] })).toEqual([]);
  });
});
