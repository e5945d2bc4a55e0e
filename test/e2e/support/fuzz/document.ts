import { type FuzzSystem } from './fuzz-system.ts';

/** As much of an OpenAPI document as is looked at here. */
export interface Document {
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly schemas: Record<string, Schema> };
}

export interface Operation {
  readonly operationId: string;
  readonly description?: string;
  /** Empty for what needs no key. */
  readonly security?: unknown[];
  readonly parameters?: Parameter[];
  readonly responses: Record<string, { description: string; content?: Record<string, { schema: unknown }> }>;
  readonly requestBody?: { readonly content: Record<string, { example?: unknown }> };
}

export interface Parameter {
  readonly name: string;
  readonly in: string;
  required?: boolean;
  schema: Schema;
  examples?: unknown;
}

export type Schema = Record<string, unknown> & { properties?: Record<string, Schema> };

/** The document that the API serves; what it says of codes and of events in sentences is in schemas too. */
export async function servedDocument(
  { url }: Pick<FuzzSystem, 'url'>,
  mayAnswer: (code: string) => boolean = () => true,
): Promise<Document> {
  const document = (await (await fetch(`${url}/openapi.json`)).json()) as Document;
  for (const operation of operationsOf(document)) {
    for (const { description, content = {} } of Object.values(operation.responses)) {
      const problem = content['application/problem+json'];
      const events = content['text/event-stream'];
      if (problem !== undefined) {
        const codes = Array.from(description.matchAll(/`([a-z-]+\.[a-z-]+)`/g), ([, code]) => code!);
        const code = { enum: codes.filter(mayAnswer) };
        problem.schema = { allOf: [problem.schema, { properties: { code } }] };
      }
      if (events !== undefined) events.schema = eventSchema(operation);
    }
  }
  return document;
}

/** Of one event of a stream, as it is taken apart: OpenAPI 3.1 has no words for it. */
function eventSchema({ parameters = [] }: Operation): Schema {
  const wanted = parameters.find(({ name }) => name === 'type')!.schema['items'];
  const texts = {
    id: { type: 'string', pattern: '^[0-9]+-[0-9]+$' },
    data: { type: 'string', minLength: 2 },
  };
  const event = { anyOf: [wanted, { const: 'gap' }] };
  return { type: 'object', required: ['event', 'data'], properties: { ...texts, event } };
}

export function operationsOf({ paths }: Document): Operation[] {
  return Object.values(paths).flatMap((operations) => Object.values(operations));
}

/** As reports name them: `GET /v1/jobs`. */
export function labelsOf({ paths }: Document, wanted: (operation: Operation) => boolean): string[] {
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).flatMap(([method, operation]) =>
      wanted(operation) ? [`${method.toUpperCase()} ${path}`] : [],
    ),
  );
}
