import { type z } from 'zod';
import { type Problem } from '../contract/problems.ts';
import { OPERATIONS } from '../contract/route-table.ts';
import { checkAnswer } from './contract-check.ts';
import { type KeyName, type TestApi } from './test-api.ts';

export interface CallOptions {
  /** Default: the administrator's. */
  readonly key?: KeyName;
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: string | Readonly<Record<string, string | number>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export type OperationId = keyof typeof OPERATIONS;
type Answers<Id extends OperationId> = (typeof OPERATIONS)[Id]['answers'];

/** What an operation answers with a status: what its table says, or else a problem. */
type BodyOf<Id extends OperationId, Status extends number> = Status extends keyof Answers<Id>
  ? Answers<Id>[Status] extends { readonly schema: infer Schema extends z.ZodType }
    ? z.output<Schema>
    : undefined
  : Problem;

export interface Called<Body> {
  readonly headers: Headers;
  readonly body: Body;
}

/** Calls an operation, which must answer with this status, and in the way that the document says. */
export async function call<Id extends OperationId, const Status extends number>(
  { url, tokens }: Pick<TestApi, 'url' | 'tokens'>,
  operationId: Id,
  status: Status,
  { key = 'admin', params = {}, query = '', headers = {}, body }: CallOptions = {},
): Promise<Called<BodyOf<Id, Status>>> {
  const route = OPERATIONS[operationId];
  const path = route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name]!));
  const search = typeof query === 'string' ? query : new URLSearchParams(entries(query)).toString();
  const answer = await fetch(`${url}${path}${search === '' ? '' : `?${search}`}`, {
    method: route.method.toUpperCase(),
    headers: {
      authorization: `Bearer ${tokens[key]}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const checked = await checkAnswer(route, answer);
  if (answer.status !== status) {
    throw new Error(`${operationId} answered ${answer.status}, not ${status}: ${JSON.stringify(checked)}`);
  }
  return { headers: answer.headers, body: checked as BodyOf<Id, Status> };
}

function entries(query: Readonly<Record<string, string | number>>): Record<string, string> {
  return Object.fromEntries(Object.entries(query).map(([name, value]) => [name, String(value)]));
}

/** Asks again until it holds. */
export async function until<Result>(
  look: () => Promise<Result> | Result,
  holds: (result: Result) => boolean,
): Promise<Result> {
  for (;;) {
    const result = await look();
    if (holds(result)) return result;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
