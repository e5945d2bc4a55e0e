import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { type ApiKeys, authorize, type Principal } from '@etcd-kloset/platform';
import { type Request, type Response } from 'express';
import { ApiError } from '../api-error.ts';
import { type Route } from '../contract/route.ts';
import { authenticate } from './authenticate.ts';
import { routeOf } from './operation.ts';
import { type RequestLimits } from './request-limits.ts';
import { contextOf } from './request-context.ts';

export const ACCESS = Symbol('access');

export interface Access {
  readonly keys: ApiKeys;
  readonly limits: RequestLimits;
}

/** Before anything else of a request is looked at: whose key, how many requests, which role. */
@Injectable()
export class AccessGuard implements CanActivate {
  readonly #access: Access;

  constructor(@Inject(ACCESS) access: Access) {
    this.#access = access;
  }

  async canActivate(execution: ExecutionContext): Promise<boolean> {
    const http = execution.switchToHttp();
    const request = http.getRequest<Request>();
    const route = routeOf(execution);
    const context = contextOf(request);
    context.route = route;
    const { keys, limits } = this.#access;
    if (route.role === 'public') await limits.takeAddress(request);
    else {
      context.principal = await identify(keys, limits, request);
      await limits.takeKey(context.principal, http.getResponse<Response>());
      requireAccess(context.principal, route.role, route);
    }
    return true;
  }
}

/** Whoever has no key, or a wrong one, is counted by address: those who have one never wait for them. */
async function identify(keys: ApiKeys, limits: RequestLimits, request: Request): Promise<Principal> {
  try {
    return authenticate(keys, request);
  } catch (error) {
    await limits.takeAddress(request);
    throw error;
  }
}

function requireAccess(principal: Principal, role: Exclude<Route['role'], 'public'>, route: Route): void {
  authorize(principal, role);
  if (route.unlimited === true && principal.clusters !== undefined) {
    throw new ApiError('auth.limited', 'This concerns all clusters, and your key sees some of them only.', {
      advice: 'Use a key without limits.',
    });
  }
}
