import { type Request } from 'express';
import { z } from 'zod';
import { ApiError, type RequestMistake } from '../api-error.ts';
import { type InputOf, type Route } from '../contract/route.ts';
import { type BodyLimits, readBody } from './read-body.ts';

export { type BodyLimits } from './read-body.ts';

/** Everything that a route's schemas know of a request, checked; what they do not know is refused. */
export async function readInput(route: Route, request: Request, limits: BodyLimits): Promise<InputOf<Route>> {
  const mistakes: RequestMistake[] = [];
  const check = (where: string, schema: z.ZodObject | undefined, value: () => unknown): unknown => {
    if (schema === undefined) return undefined;
    const parsed = schema.safeParse(value());
    if (parsed.success) return parsed.data;
    mistakes.push(...mistakesOf(where, parsed.error));
    return undefined;
  };
  const params = check('path', route.params, () => request.params);
  // A route without a query refuses one: it would be passed over in silence.
  const query = check('query', route.query ?? NO_QUERY, () =>
    queryOf(request, route.query ?? NO_QUERY, mistakes),
  );
  const headers = check('header', route.headers, () => request.headers);
  if (mistakes.length > 0) {
    throw new ApiError('http.bad-parameter', sentence('A parameter is not what it must be', mistakes), {
      advice: 'See /docs for what this route takes.',
      mistakes,
    });
  }
  const body = route.body === undefined ? undefined : await checkedBody(route.body, request, limits);
  return { params, query, headers, body } as InputOf<Route>;
}

const NO_QUERY = z.strictObject({});

/** Lists are given by repeating a parameter; any other one that is repeated is a mistake. */
function queryOf(request: Request, schema: z.ZodObject, mistakes: RequestMistake[]): unknown {
  const at = request.originalUrl.indexOf('?');
  const given = new URLSearchParams(at < 0 ? '' : request.originalUrl.slice(at + 1));
  return Object.fromEntries(
    [...new Set(given.keys())].map((name) => {
      const values = given.getAll(name);
      if (isList(schema.shape[name])) return [name, values];
      if (values.length > 1) mistakes.push({ at: `query.${name}`, message: 'is given more than once' });
      return [name, values[0]];
    }),
  );
}

function isList(schema: unknown): boolean {
  return schema instanceof z.ZodOptional ? isList(schema.unwrap()) : schema instanceof z.ZodArray;
}

async function checkedBody(
  body: NonNullable<Route['body']>,
  request: Request,
  limits: BodyLimits,
): Promise<unknown> {
  const json = await readBody(request, limits);
  if (json === undefined) {
    if (body.optional === true) return undefined;
    throw new ApiError('http.malformed', 'There is no body.', {
      advice: 'Send a JSON body, with Content-Type: application/json.',
    });
  }
  const parsed = body.schema.safeParse(json.value);
  if (parsed.success) return parsed.data;
  const mistakes = mistakesOf('body', parsed.error);
  throw new ApiError('http.bad-body', sentence('The body is not what it must be', mistakes), {
    advice: 'See /docs for what this route takes.',
    mistakes,
  });
}

const MOST_MISTAKES = 20;

/** Names places, never values: a value may be a password that stands in the wrong place. */
export function mistakesOf(where: string, error: z.ZodError): RequestMistake[] {
  return error.issues.slice(0, MOST_MISTAKES).map(({ path, message }) => ({
    at: path.reduce<string>(
      (at, part) => (typeof part === 'number' ? `${at}[${part}]` : `${at}.${String(part)}`),
      where,
    ),
    message,
  }));
}

function sentence(what: string, [first, ...others]: readonly RequestMistake[]): string {
  if (first === undefined) return `${what}.`;
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
  // Some messages are sentences of their own.
  return `${what}: ${first.at}: ${first.message.replace(/\.$/, '')}${more}.`;
}
