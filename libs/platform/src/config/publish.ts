/**
 * Writes what docs/ has of the configuration's schema: docs/etcd-kloset.schema.json, and the tables in
 * docs/configuration.md.
 *
 *   node libs/platform/src/config/publish.ts
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { keyTables, schemaDocument } from './schema-documents.ts';

const docs = path.resolve(import.meta.dirname, '../../../../docs');
const TABLES = /(<!-- keys: .*? -->\n).*?(<!-- end of keys -->)/s;

/** The page with the tables as they are to be. */
export function withTables(page: string): string {
  if (!TABLES.test(page)) throw new Error('docs/configuration.md has no place for the tables');
  return page.replace(TABLES, (_, before: string, after: string) => `${before}\n${keyTables()}\n\n${after}`);
}

if (import.meta.main) {
  const schema = path.join(docs, 'etcd-kloset.schema.json');
  const page = path.join(docs, 'configuration.md');
  await write(schema, schemaDocument());
  await write(page, withTables(readFileSync(page, 'utf8')));
}

async function write(file: string, text: string): Promise<void> {
  const { format, resolveConfig } = await import('prettier');
  writeFileSync(file, await format(text, { ...(await resolveConfig(file)), filepath: file }));
}
