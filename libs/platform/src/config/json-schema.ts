import { z } from 'zod';
import { type JsonSchema } from './problems/known-keys.ts';
import { fileSchema } from './schema/file-schema.ts';

let made: JsonSchema | undefined;

/** The JSON Schema (2020-12) of the configuration file, for editors; published as docs/etcd-kloset.schema.json. */
export function configurationJsonSchema(): JsonSchema {
  return (made ??= {
    ...z.toJSONSchema(fileSchema, { io: 'input' }),
    title: 'etcd-kloset.yaml',
    description: 'The configuration of the services of etcd-kloset.',
  } as JsonSchema);
}
