import { randomUUID } from 'node:crypto';
import { type IncomingMessage } from 'node:http';
import { type Principal } from '@etcd-kloset/platform';
import { type Route } from '../contract/route.ts';

/** What is known of a request while it is answered. */
export interface RequestContext {
  /** In the log, in problems, in `X-Request-Id`. */
  readonly id: string;
  /** Whose key it came with; set by the guard. */
  principal?: Principal;
  /** The route it goes to; set by the guard. */
  route?: Route;
  /** Checked by the route's schemas; set before the handler runs. */
  input?: unknown;
}

const contexts = new WeakMap<IncomingMessage, RequestContext>();

export function contextOf(request: IncomingMessage): RequestContext {
  let context = contexts.get(request);
  if (context === undefined) contexts.set(request, (context = { id: randomUUID() }));
  return context;
}

/** For handlers behind the guard: there is one. */
export function principalOf(request: IncomingMessage): Principal {
  const { principal } = contextOf(request);
  if (principal === undefined) throw new Error('A route without a guard asked who calls.');
  return principal;
}
