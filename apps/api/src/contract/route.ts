import { type Role } from '@etcd-kloset/platform';
import { type z } from 'zod';
import { type ProblemCode } from './problems.ts';

export type Method = 'get' | 'post' | 'put' | 'delete';

/** One kind of answer that is no problem. */
export interface AnswerShape {
  readonly description: string;
  /** Of a JSON body; an answer without it and without `type` has none. */
  readonly schema?: z.ZodType;
  /** Media type of a body that is not JSON. */
  readonly type?: string;
  readonly headers?: Readonly<Record<string, { readonly description: string; readonly schema: z.ZodType }>>;
}

/**
 * One operation: what the OpenAPI document, the router, the guard, the validation and the tests of access are made of.
 * What is not in here does not exist.
 */
export interface Route {
  readonly operationId: string;
  readonly method: Method;
  /** With `{parameters}`, as OpenAPI writes it. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  /** The least role that may; `public` needs no key. */
  readonly role: Role | 'public';
  /** True for what concerns all clusters: a key that is limited to some is refused. */
  readonly unlimited?: boolean;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly headers?: z.ZodObject;
  readonly body?: { readonly schema: z.ZodType; readonly optional?: boolean; readonly example: unknown };
  readonly answers: Readonly<Record<number, AnswerShape>>;
  /** Besides those that follow from the rest, see {@link problemsOf}. */
  readonly problems: readonly ProblemCode[];
}

type Parsed<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;

/** What a handler is given. */
export interface InputOf<R extends Route> {
  readonly params: Parsed<R['params']>;
  readonly query: Parsed<R['query']>;
  readonly headers: Parsed<R['headers']>;
  readonly body: R['body'] extends { readonly schema: infer Schema }
    ? R['body'] extends { readonly optional: true }
      ? Parsed<Schema> | undefined
      : Parsed<Schema>
    : undefined;
}

export function defineRoute<const R extends Route>(route: R): R {
  return route;
}

/** Every problem that a route answers with. */
export function problemsOf(route: Route): readonly ProblemCode[] {
  const codes = new Set<ProblemCode>([
    'http.malformed',
    'http.too-many',
    'service.failed',
    'service.stopping',
    ...route.problems,
  ]);
  if (route.params ?? route.query ?? route.headers) codes.add('http.bad-parameter');
  if (route.role !== 'public') codes.add('auth.unauthenticated');
  if (route.role === 'operator' || route.role === 'admin') codes.add('auth.role-needed');
  if (route.unlimited === true) codes.add('auth.limited');
  if (route.body !== undefined) {
    for (const code of ['http.bad-body', 'http.too-large', 'http.wrong-type', 'http.too-slow'] as const)
      codes.add(code);
  }
  return [...codes];
}
