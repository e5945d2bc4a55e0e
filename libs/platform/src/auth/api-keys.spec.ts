import { configurationFrom } from '../config/load-configuration.ts';
import { hashApiKey, newApiKey } from './api-key.ts';
import { apiKeys } from './api-keys.ts';

describe('a new API key', () => {
  it('can be recognised, is never the same, and has a hash that the configuration takes', () => {
    const one = newApiKey('ci');
    expect(one.token).toMatch(/^ek_ci_[A-Za-z0-9_-]{43}$/);
    expect(newApiKey('ci').token).not.toBe(one.token);
    expect(one.hash).toBe(hashApiKey(one.token));
    const { api } = configurationFrom({ api: { keys: [{ name: 'ci', role: 'viewer', hash: one.hash }] } });
    expect(api.keys[0]?.hash).toBe(one.hash);
  });

  it.each([
    [undefined, /^ek_[A-Za-z0-9_-]{43}$/],
    ['team a / ci', /^ek_team-a-ci_[A-Za-z0-9_-]{43}$/],
    ['...', /^ek_[A-Za-z0-9_-]{43}$/],
  ])('for %j has a name of plain letters', (name, pattern) => {
    expect(newApiKey(name).token).toMatch(pattern);
  });
});

describe('API keys', () => {
  const ci = newApiKey('ci');
  const admin = newApiKey('admin');
  const keys = apiKeys([
    { name: 'ci', role: 'operator', hash: ci.hash, clusters: { team: 'a' } },
    { name: 'admin', role: 'admin', hash: admin.hash, clusters: undefined },
  ]);

  it('tell who has a token', () => {
    expect(keys.authenticate(ci.token)).toEqual({ name: 'ci', role: 'operator', clusters: { team: 'a' } });
    expect(keys.authenticate(admin.token)).toEqual({ name: 'admin', role: 'admin', clusters: undefined });
  });

  it.each([
    ['nothing', ''],
    ['another key', newApiKey('ci').token],
    ['the beginning of one', ci.token.slice(0, -1)],
    ['more than one', `${ci.token}x`],
    ['the hash', ci.hash],
    ['a megabyte', 'x'.repeat(2 ** 20)],
  ])('know nobody by %s', (_, token) => {
    expect(keys.authenticate(token)).toBeUndefined();
  });

  it('let nobody in when there are none', () => {
    expect(apiKeys([]).authenticate(ci.token)).toBeUndefined();
  });
});
