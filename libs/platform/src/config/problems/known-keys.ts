import { type Path } from '../source/path-text.ts';

/** As much of JSON Schema as our own schemas have. */
export interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** The keys that may stand at a place. */
export function knownKeys(schema: JsonSchema, path: Path): string[] {
  let at: JsonSchema | undefined = schema;
  for (const segment of path) {
    if (typeof segment === 'number') at = at?.items;
    else if (at?.properties !== undefined) at = at.properties[segment];
    else at = typeof at?.additionalProperties === 'object' ? at.additionalProperties : undefined;
  }
  return Object.keys(at?.properties ?? {});
}
