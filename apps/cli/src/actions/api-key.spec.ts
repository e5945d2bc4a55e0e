import { Writable } from 'node:stream';
import { parse } from 'yaml';
import { apiKeys, configurationFrom, type ConfigurationInput } from '@etcd-kloset/platform';
import { run } from '../run.ts';

async function output(...words: string[]): Promise<string> {
  let text = '';
  const stdout = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString();
      done();
    },
  });
  let errors = '';
  const stderr = new Writable({
    write(chunk: Buffer, _encoding, done) {
      errors += chunk.toString();
      done();
    },
  });
  const { signal } = new AbortController();
  expect([await run(['api-key', ...words], { stdout, stderr, environment: {}, signal }), errors]).toEqual([
    0,
    '',
  ]);
  return text;
}

describe('api-key', () => {
  it('prints a key, and the entry by which the services know it', async () => {
    const text = await output(
      '--name',
      'ci',
      '--role',
      'operator',
      '--label',
      'team=a: "b"',
      '--label',
      'x/y=',
    );
    const key = /\bek_ci_[\w-]{43}\b/.exec(text)?.[0];
    const entry = parse(text.slice(text.indexOf('api:'))) as ConfigurationInput;
    expect(text.slice(text.indexOf('api:'))).not.toContain(key);
    expect(apiKeys(configurationFrom(entry).api.keys).authenticate(key!)).toEqual({
      name: 'ci',
      role: 'operator',
      clusters: { team: 'a: "b"', 'x/y': '' },
    });
  });

  it('needs no label, and says the same as a document', async () => {
    const document = JSON.parse(await output('--name', '1', '--role', 'admin', '--json')) as Record<
      string,
      string
    >;
    expect(Object.keys(document)).toEqual(['name', 'role', 'clusters', 'key', 'hash']);
    const text = await output('--name', '1', '--role', 'admin');
    expect(parse(text.slice(text.indexOf('api:')))).toMatchObject({
      api: { keys: [{ name: '1', role: 'admin' }] },
    });
  });
});
