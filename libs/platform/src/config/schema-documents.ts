import { configurationJsonSchema } from './json-schema.ts';
import { type JsonSchema } from './problems/known-keys.ts';
import { ALSO_CALLED, settingsOf } from './source/settings.ts';

/** Of docs/etcd-kloset.schema.json. */
export function schemaDocument(): string {
  return `${JSON.stringify(configurationJsonSchema(), null, 2)}\n`;
}

/** The tables of docs/configuration.md: a heading and a table for each section. */
export function keyTables(): string {
  const variables = new Map(
    settingsOf(configurationJsonSchema()).map(({ path, variable }) => [
      path.join('.'),
      [ALSO_CALLED[variable], variable].find((name) => name !== undefined)!,
    ]),
  );
  return Object.entries(configurationJsonSchema().properties ?? {})
    .map(([section, schema]) => {
      const rows = rowsOf(schema, section).map(
        ({ path, schema: key, isRequired }) =>
          `| \`${path}\` | ${kindOf(key)} | ${isRequired ? 'required' : defaultOf(key)} | ${escaped(key.description ?? '')} | ${variableCell(variables.get(path))} |`,
      );
      return [
        `### \`${section}\``,
        '',
        schema.description ?? '',
        '',
        '| key | value | default | what it says | variable |',
        '| --- | --- | --- | --- | --- |',
        ...rows,
      ].join('\n');
    })
    .join('\n\n');
}

interface Row {
  readonly path: string;
  readonly schema: JsonSchema;
  readonly isRequired: boolean;
}

/** Every key with a value of its own. */
export function rowsOf(schema: JsonSchema, path: string, isRequired = false): Row[] {
  if (schema.properties !== undefined) {
    return Object.entries(schema.properties).flatMap(([key, property]) =>
      rowsOf(property, `${path}.${key}`, schema.required?.includes(key) === true),
    );
  }
  if (
    typeof schema.additionalProperties === 'object' &&
    schema.additionalProperties.properties !== undefined
  ) {
    return rowsOf(schema.additionalProperties, `${path}.NAME`);
  }
  if (schema.items?.properties !== undefined) return rowsOf(schema.items, `${path}[]`);
  return [{ path, schema, isRequired }];
}

function kindOf(schema: JsonSchema): string {
  if (schema.items !== undefined) return `list of: ${kindOf(schema.items)}`;
  if (schema.additionalProperties !== undefined) return 'map of text';
  const own = schema.anyOf?.[0] ?? schema;
  if (own.enum !== undefined) {
    return own.enum.length > 6
      ? 'name of an event'
      : own.enum.map((each) => `\`${String(each)}\``).join(', ');
  }
  if (own.type === 'integer') return `${own.minimum ?? ''}–${own.maximum ?? ''}`;
  if (own.type === 'boolean') return '`true`, `false`';
  if (own.pattern?.includes('MiB') === true) return 'size';
  return own.pattern?.includes('ms') === true ? 'duration' : 'text';
}

function defaultOf({ default: fallback }: JsonSchema): string {
  if (fallback === undefined) return '';
  return `\`${typeof fallback === 'string' ? fallback : JSON.stringify(fallback)}\``;
}

function escaped(text: string): string {
  return text.replaceAll('|', '\\|');
}

function variableCell(variable: string | undefined): string {
  return variable === undefined ? '' : `\`${variable}\``;
}
