import { suggest } from './suggest.ts';

describe('suggest', () => {
  const known = ['url', 'store', 'endpoints', 'passwordFile', 'stagingBytes'];

  it.each([
    ['urll', 'url'],
    ['sotre', 'store'],
    ['Endpoints', 'endpoints'],
    ['endpoint', 'endpoints'],
    ['password', 'passwordFile'],
    ['stageingBytes', 'stagingBytes'],
  ])('takes %s for %s', (given, meant) => {
    expect(suggest(given, known)).toBe(meant);
  });

  it.each(['x', 'ur1x', 'schedule', ''])('does not guess at %j', (given) => {
    expect(suggest(given, known)).toBeUndefined();
  });
});
