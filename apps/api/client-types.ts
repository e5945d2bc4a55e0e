/**
 * Writes the types of the client from the route table.
 *
 *   node apps/api/client-types.ts
 */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import openapiTS, { astToString } from 'openapi-typescript';
import prettier from 'prettier';
import { openApiDocument } from './src/contract/openapi.ts';

/** Committed: whoever builds the client needs no service for it. */
export const CLIENT_TYPES = path.resolve(import.meta.dirname, '../../libs/client/src/api-types.ts');

export async function clientTypes(): Promise<string> {
  // Through JSON, as it travels: `undefined` is no part of a document.
  const document = JSON.parse(JSON.stringify(openApiDocument('0'))) as Parameters<typeof openapiTS>[0];
  const types = astToString(await openapiTS(document, { alphabetize: true, defaultNonNullable: false }));
  const text = `// Made by \`node apps/api/client-types.ts\` from the route table of the API: not edited by hand.\n\n${types}`;
  return prettier.format(text, { ...(await prettier.resolveConfig(CLIENT_TYPES)), filepath: CLIENT_TYPES });
}

if (import.meta.main) await writeFile(CLIENT_TYPES, await clientTypes());
