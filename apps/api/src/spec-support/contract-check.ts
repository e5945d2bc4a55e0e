import { Ajv2020 } from 'ajv/dist/2020.js';
import { openApiDocument } from '../contract/openapi.ts';
import { type Route } from '../contract/route.ts';

const document = JSON.parse(JSON.stringify(openApiDocument('0'))) as {
  readonly paths: Record<string, Record<string, Operation>>;
};

interface Operation {
  readonly responses: Record<
    string,
    {
      readonly headers?: Record<string, { readonly required?: boolean; readonly schema: object }>;
      readonly content?: Record<string, { readonly schema: object }>;
    }
  >;
}

const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
ajv.addSchema(document, 'openapi.json');

/** Throws unless the document has this answer of this operation: its status, type, headers and body. */
export async function checkAnswer(route: Route, answer: Response): Promise<unknown> {
  const { status, headers } = answer;
  const where = `${route.method.toUpperCase()} ${route.path} → ${status}`;
  const path = [route.path, route.method, 'responses', String(status)];
  const shape = document.paths[route.path]?.[route.method]?.responses[String(status)];
  if (shape === undefined) throw new Error(`${where} is not documented: ${await answer.text()}`);
  for (const [name, { required }] of Object.entries(shape.headers ?? {})) {
    if (required === true && !headers.has(name)) throw new Error(`${where} has no ${name}`);
  }
  const type = headers.get('content-type')?.split(';')[0];
  if (shape.content === undefined) {
    const text = await answer.text();
    if (text !== '') throw new Error(`${where} has a body: ${text}`);
    return undefined;
  }
  if (type === undefined || shape.content[type] === undefined) {
    throw new Error(`${where} is ${type ?? 'of no type'}, not ${Object.keys(shape.content).join(' or ')}`);
  }
  if (!type.endsWith('json')) return answer;
  const body: unknown = await answer.json();
  const pointer = [...path, 'content', type, 'schema'].map((part) =>
    encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')),
  );
  const validate = ajv.compile({ $ref: `openapi.json#/paths/${pointer.join('/')}` });
  if (!validate(body)) {
    throw new Error(
      `${where} is not as documented: ${ajv.errorsText(validate.errors)}\n${JSON.stringify(body)}`,
    );
  }
  return body;
}
