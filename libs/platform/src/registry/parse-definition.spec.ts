import { PlatformError } from '../errors.ts';
import { definitionInput, parseDefinition } from './parse-definition.ts';

const right = { name: 'prod', store: 'main', endpoints: ['a:2379'] };

function problemsOf(given: unknown): string[] {
  try {
    parseDefinition(given);
    return [];
  } catch (error) {
    if (!(error instanceof PlatformError) || error.code !== 'cluster.invalid') throw error;
    expect(error.message).not.toContain('s3cret');
    return error.problems.map(({ path, message }) => `${path} ${message}`);
  }
}

describe('a definition', () => {
  it('needs a name, a store and endpoints', () => {
    expect(parseDefinition(right)).toEqual({
      ...right,
      onlyEndpoints: false,
      tls: undefined,
      auth: undefined,
      schedule: undefined,
      objectiveSeconds: undefined,
      labels: {},
      proof: 'all',
      requireProof: false,
      attach: undefined,
      origin: 'store',
    });
  });

  it('that was read can be given again', () => {
    const whole = {
      ...right,
      onlyEndpoints: true,
      tls: { caFile: 'a/ca.crt', certFile: 'a/c', keyFile: 'a/k', serverName: 'x', insecureSkipVerify: true },
      auth: { user: 'u', passwordFile: 'a/p' },
      schedule: { cron: '0 * * * *', timeZone: 'Europe/Berlin', jitterSeconds: 5, paused: true },
      objectiveSeconds: 3600,
      labels: { team: 'a' },
      proof: 'source' as const,
      requireProof: true,
    };
    const parsed = parseDefinition(whole);
    expect(definitionInput(parsed)).toEqual(whole);
    expect(parseDefinition(definitionInput(parsed))).toEqual(parsed);
    expect(parseDefinition(JSON.parse(JSON.stringify(definitionInput(parseDefinition(right)))))).toEqual(
      parseDefinition(right),
    );
  });

  it.each<[object | string | null, string]>([
    [{ endpoints: undefined }, 'endpoints is missing.'],
    [{ endpoints: [] }, 'endpoints is empty.'],
    [{ endpoints: ['http://u:s3cret@a:1'] }, 'endpoints[0] is not an endpoint of etcd.'],
    [{ endpoints: Array(51).fill('a:1') }, 'endpoints has more than 50 entries.'],
    [{ endpoints: [1] }, 'endpoints[0] is not a text: put it in quotes.'],
    [{ name: '' }, 'name is empty.'],
    [{ name: 'a\nb' }, 'name is no name for a cluster'],
    [{ name: 'x'.repeat(201) }, 'name has more than 200 characters.'],
    [{ store: 's3cret!' }, 'store does not have the form that it needs.'],
    [{ password: 's3cret' }, 'password is not a key here'],
    [{ auth: { user: 'u', password: 's3cret' } }, 'auth.passwordFile is missing.'],
    [{ auth: { user: 'u', passwordEnv: 'S', passwordFile: 'p' } }, 'auth.passwordEnv is not a key here'],
    [
      { auth: { user: 'u', passwordFile: '/etc/shadow' } },
      'auth.passwordFile is not the name of a file below secrets.folder',
    ],
    [{ auth: { user: 'u', passwordFile: 'a/../../b' } }, 'auth.passwordFile is not the name of a file'],
    [{ tls: { caFile: './a' } }, 'tls.caFile is not the name of a file'],
    [{ tls: { caFile: 'a//b' } }, 'tls.caFile is not the name of a file'],
    [{ tls: { caFile: 'a\0b' } }, 'tls.caFile is not the name of a file'],
    [{ tls: { certFile: 'a' } }, 'tls has one of certFile and keyFile'],
    [{ attach: ['/etc'] }, 'attach is not a key here'],
    [{ origin: 'configuration' }, 'origin is not a key here'],
    [{ proof: 'none', requireProof: true }, 'requireProof and proof: none exclude each other.'],
    [{ proof: 's3cret' }, 'proof is not one of all, source, none.'],
    [{ schedule: { cron: '* * * * * *' } }, 'schedule.cron is not a cron expression of five fields'],
    [{ schedule: { cron: '0 * * * *', timeZone: 's3cret' } }, 'schedule.timeZone is not a time zone'],
    [
      { schedule: { cron: '0 * * * *', jitterSeconds: 86_401 } },
      'schedule.jitterSeconds is more than 86400.',
    ],
    [{ objectiveSeconds: 1.5 }, 'objectiveSeconds is not a whole number.'],
    [{ labels: { a: 1 } }, 'labels.a is not a text: put it in quotes.'],
    [{ labels: { a: 'x'.repeat(501) } }, 'labels.a has more than 500 characters.'],
    ['s3cret', ' is not a map of keys and values.'],
    [null, ' has no value.'],
  ])('is refused with %j', (part, sentence) => {
    const given: unknown = typeof part === 'object' && part !== null ? { ...right, ...part } : part;
    expect(problemsOf(given).join('\n')).toContain(sentence);
  });

  it('is refused for all that is wrong with it at once', () => {
    expect(problemsOf({ endpoints: ['x'], labels: 1, more: 2 })).toHaveLength(5);
  });
});
