import {
  applyDecorators,
  createParamDecorator,
  type ExecutionContext,
  RequestMapping,
  RequestMethod,
  SetMetadata,
} from '@nestjs/common';
import { type Request } from 'express';
import { type Method, type Route } from '../contract/route.ts';
import { contextOf, principalOf } from './request-context.ts';

const METHODS: Readonly<Record<Method, RequestMethod>> = {
  get: RequestMethod.GET,
  post: RequestMethod.POST,
  put: RequestMethod.PUT,
  delete: RequestMethod.DELETE,
};

const ROUTE = Symbol('route');

/** Serves a route of the table: its address, its guard and the checks of its input all follow from it. */
export function Operation(route: Route): MethodDecorator {
  return applyDecorators(
    RequestMapping({ path: routerPath(route), method: METHODS[route.method] }),
    SetMetadata(ROUTE, route),
  );
}

/** @throws when a handler has none: it would be reachable without a key */
export function routeOf(context: ExecutionContext): Route {
  const handler = context.getHandler();
  const route = Reflect.getMetadata(ROUTE, handler) as Route | undefined;
  if (route === undefined) throw new Error(`${handler.name} is bound to no route of the table.`);
  return route;
}

/** `/v1/jobs/{job}` is `/v1/jobs/:job` to the router. */
function routerPath({ path }: Route): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1');
}

const requestOf = (context: ExecutionContext): Request => context.switchToHttp().getRequest<Request>();

/** `params`, `query`, `headers` and `body`, as the route's schemas made them: {@link InputOf}. */
export const Input = createParamDecorator((_: unknown, context) => contextOf(requestOf(context)).input);

/** Whose key the request came with. */
export const Caller = createParamDecorator((_: unknown, context) => principalOf(requestOf(context)));
