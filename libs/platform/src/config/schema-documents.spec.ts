import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { configurationJsonSchema } from './json-schema.ts';
import { loadConfiguration } from './load-configuration.ts';
import { type JsonSchema } from './problems/known-keys.ts';
import { withTables } from './publish.ts';
import { rowsOf } from './schema-documents.ts';
import { settingsOf } from './source/settings.ts';

const docs = path.resolve(import.meta.dirname, '../../../../docs');
const read = (name: string): string => readFileSync(path.join(docs, name), 'utf8');
const validate = new Ajv2020({ allErrors: true }).compile(configurationJsonSchema());
const example = path.join(docs, 'etcd-kloset.example.yaml');
const variables = {
  REDIS_URL: 'redis://localhost:6379',
  ADMIN_KEY_HASH: `sha256:${'a'.repeat(64)}`,
  PAGER_TOKEN: 'x',
};

/** Prettier lines tables up. */
const unaligned = (page: string): string => page.replace(/-{3,}/g, '---').replace(/ +/g, ' ');

describe('the published schema', () => {
  it('is that of the program (else: node libs/platform/src/config/publish.ts)', () => {
    expect(JSON.parse(read('etcd-kloset.schema.json'))).toEqual(configurationJsonSchema());
  });

  it('describes every key', () => {
    const rows = Object.entries(configurationJsonSchema().properties ?? {}).flatMap(([section, schema]) =>
      rowsOf(schema, section),
    );
    expect(rows.length).toBeGreaterThan(60);
    expect(rows.filter(({ schema }) => schema.description === undefined).map(({ path: key }) => key)).toEqual(
      [],
    );
  });

  it('is what docs/configuration.md lists (else: node libs/platform/src/config/publish.ts)', () => {
    const page = read('configuration.md');
    expect(unaligned(page)).toBe(unaligned(withTables(page)));
  });

  it('has a variable of its own for every key that can be set by one', () => {
    const names = settingsOf(configurationJsonSchema()).map(({ variable }) => variable);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toContain('ETCD_KLOSET_LIMITS_STAGING_BYTES_PER_BACKUP');
  });

  it.each<[string, unknown, boolean]>([
    ['a variable for a number', { ops: { port: '${PORT}' } }, true],
    ['words for a number', { ops: { port: 'many' } }, false],
    ['a duration', { limits: { drain: '90s' } }, true],
    ['a duration without a unit', { limits: { drain: '90' } }, false],
    ['a key that there is not', { ops: { ports: 1 } }, false],
    ['a cluster without endpoints', { clusters: { a: { store: 'b' } } }, false],
    ['nothing', {}, true],
  ])('lets editors know of %s', (_, value, isRight) => {
    expect(validate(value)).toBe(isRight);
  });
});

describe('the example', () => {
  it('is valid by the schema', () => {
    validate(parse(read('etcd-kloset.example.yaml')));
    expect(validate.errors).toBeNull();
  });

  it('can be loaded', () => {
    const config = loadConfiguration(example, variables);
    expect(Object.keys(config.clusters)).toEqual(['prod', 'legacy']);
    expect(config.api.keys.map(({ name }) => name)).toEqual(['admin', 'payments']);
  });

  it('shows every section', () => {
    const schema: JsonSchema = configurationJsonSchema();
    expect(Object.keys(parse(read('etcd-kloset.example.yaml')) as object)).toEqual(
      Object.keys(schema.properties ?? {}),
    );
  });
});
