import { missingPackages } from './missing-packages.mjs';

const lock = {
  packages: {
    '': { version: '0.1.0' },
    'libs/a': { version: '0.1.0' },
    'node_modules/@scope/a': { link: true },
    'node_modules/b': { version: '1.0.0' },
    'node_modules/b-for-another-platform': { version: '1.0.0', optional: true },
  },
};

describe('what must be installed', () => {
  it('is nothing when all packages are there in their versions, but those of other platforms', () => {
    const installed = {
      packages: { 'node_modules/@scope/a': { link: true }, 'node_modules/b': { version: '1.0.0' } },
    };
    expect(missingPackages(lock, installed)).toEqual([]);
  });

  it('is a package that is missing, in another version, or a new workspace', () => {
    expect(missingPackages(lock, { packages: { 'node_modules/b': { version: '0.9.0' } } })).toEqual([
      '@scope/a',
      'b',
    ]);
    expect(missingPackages(lock, { packages: { 'node_modules/@scope/a': { link: true } } })).toEqual(['b']);
  });
});
