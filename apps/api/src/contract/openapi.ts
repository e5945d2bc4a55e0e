import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiResponseObject } from 'zod-openapi';
import { z } from 'zod';
import { type ProblemCode, PROBLEMS, problemSchema, type ProblemStatus, TITLES } from './problems.ts';
import { problemsOf, type AnswerShape, type Route } from './route.ts';
import { ROUTES } from './route-table.ts';
import { cloudEventSchema } from './schemas/event.ts';

export type OpenApiDocument = ReturnType<typeof createDocument>;

/** @param version of the service */
export function openApiDocument(version: string): OpenApiDocument {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {};
  for (const route of ROUTES) {
    paths[route.path] = { ...paths[route.path], [route.method]: operationOf(route) };
  }
  return createDocument(
    {
      openapi: '3.1.0',
      info: {
        title: 'etcd-kloset',
        version,
        description:
          'Backups of etcd that prove themselves. Every error is a problem of RFC 9457 with a stable `code`. Lists come in pages: `limit`, and as `cursor` what the page before called `next`.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: '/' }],
      security: [{ apiKey: [] }],
      tags: [...new Set(ROUTES.map(({ tag }) => tag))].map((name) => ({ name })),
      paths,
      components: {
        securitySchemes: {
          apiKey: { type: 'http', scheme: 'bearer', description: 'An API key of the configuration.' },
        },
        schemas: { CloudEvent: cloudEventSchema },
      },
    },
    { reused: 'inline' },
  );
}

function operationOf(route: Route): ZodOpenApiOperationObject {
  const { operationId, tag, summary, role, body } = route;
  return {
    operationId,
    tags: [tag],
    summary,
    description: [route.description, roleText(route)].filter((text) => text !== undefined).join('\n\n'),
    ...(role === 'public' ? { security: [] } : {}),
    requestParams: {
      ...(route.params === undefined ? {} : { path: route.params }),
      ...(route.query === undefined ? {} : { query: route.query }),
      ...(route.headers === undefined ? {} : { header: route.headers }),
    },
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: body.optional !== true,
            content: { 'application/json': { schema: body.schema, example: body.example } },
          },
        }),
    responses: responsesOf(route),
  };
}

function roleText({ role, unlimited }: Route): string | undefined {
  if (role === 'public') return undefined;
  const least = role === 'viewer' ? 'Any key may.' : `Needs the role \`${role}\`.`;
  return unlimited === true ? `${least} Not for keys that are limited to some clusters.` : least;
}

function responsesOf(route: Route): Record<string, ZodOpenApiResponseObject> {
  const responses = problemAnswers(route);
  for (const [status, shape] of Object.entries(route.answers)) {
    const answer = answerOf(shape);
    const problem = responses[status];
    // A status may be both: /readyz tells what is wrong, or cannot even do that.
    responses[status] =
      problem === undefined
        ? answer
        : {
            description: `${answer.description} Or: ${problem.description}`,
            content: { ...answer.content, ...problem.content },
          };
  }
  return responses;
}

function answerOf({ description, schema, type, headers = {} }: AnswerShape): ZodOpenApiResponseObject {
  return {
    description,
    headers: headersOf(headers),
    ...(schema !== undefined ? { content: { 'application/json': { schema } } } : {}),
    ...(type !== undefined ? { content: { [type]: { schema: z.string() } } } : {}),
  };
}

function headersOf(headers: NonNullable<AnswerShape['headers']>): ZodOpenApiResponseObject['headers'] {
  return Object.fromEntries(
    Object.entries(headers).map(([name, { description, schema }]) => [
      name,
      { description, required: true, schema: z.toJSONSchema(schema, { target: 'openapi-3.0' }) },
    ]),
  ) as ZodOpenApiResponseObject['headers'];
}

/** One answer for each status that a problem of the route has; it names their codes. */
function problemAnswers(route: Route): Record<string, ZodOpenApiResponseObject> {
  const byStatus = new Map<ProblemStatus, ProblemCode[]>();
  for (const code of problemsOf(route)) {
    byStatus.set(PROBLEMS[code], [...(byStatus.get(PROBLEMS[code]) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      status,
      {
        description: `${TITLES[status]}: ${codes.map((code) => `\`${code}\``).join(', ')}.`,
        headers: headersOf(PROBLEM_HEADERS[status] ?? {}),
        content: { 'application/problem+json': { schema: problemSchema } },
      },
    ]),
  );
}

const PROBLEM_HEADERS: Partial<Record<ProblemStatus, NonNullable<AnswerShape['headers']>>> = {
  401: { 'WWW-Authenticate': { description: '`Bearer`.', schema: z.string() } },
  429: { 'Retry-After': { description: 'Seconds.', schema: z.string() } },
  503: { 'Retry-After': { description: 'Seconds.', schema: z.string() } },
};
