import { type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter, type NestExpressApplication } from '@nestjs/platform-express';
import { type Boot, nestLogger, tracedRequests } from '@etcd-kloset/platform';
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import { ApiError } from './api-error.ts';
import { guardConnections } from './http/guard-connections.ts';
import { observeRequests } from './http/observe-requests.ts';
import { sendProblem } from './http/problem.filter.ts';
import { contextOf } from './http/request-context.ts';
import { requireSoundRequest } from './http/require-sound-request.ts';
import { securityHeaders } from './http/security-headers.ts';
import { docsPage } from './pages/docs.ts';
import { queuesPage } from './pages/queues.ts';
import { PARTS, type Parts } from './parts.ts';

/** The application over HTTP, not listening yet. @param module one that has `apiModule` in it */
export async function createApplication(module: DynamicModule, boot: Boot): Promise<NestExpressApplication> {
  const express = new ExpressAdapter(newExpress(boot));
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest's options are a plain object
  const app = await NestFactory.create<NestExpressApplication>(module, express, {
    // Bodies are read behind the guard, see `read-body.ts`.
    bodyParser: false,
    logger: nestLogger(boot.log),
    abortOnError: false,
  });
  const parts = app.get<Parts>(PARTS, { strict: false });
  const web = app.getHttpAdapter().getInstance();
  web.use(
    observeRequests(boot),
    tracedRequests(boot.telemetry.tracer, (request) => contextOf(request).route?.path),
    securityHeaders(),
    requireSoundRequest,
    refuseWhenStopping(boot),
  );
  web.use(docsPage(parts));
  web.use(queuesPage(parts));
  web.use(((error: unknown, request, response, _next) => {
    sendProblem(error, request, response, boot.log);
  }) satisfies ErrorRequestHandler);
  guardConnections(app.getHttpServer(), boot.stop);
  return app;
}

/** Settings come before the first `use`: the router is made with them. */
function newExpress({ config }: Pick<Boot, 'config'>): Express {
  const web = express();
  web.disable('x-powered-by');
  // Addresses are what the document says, letter by letter.
  web.enable('strict routing');
  web.enable('case sensitive routing');
  web.disable('etag');
  web.set('query parser', false);
  web.set('trust proxy', config.api.trustedProxies);
  return web;
}

/** Connections that are kept alive bring requests until they are closed. */
function refuseWhenStopping({ stop }: Pick<Boot, 'stop'>): RequestHandler {
  return (request, response, next) => {
    if (!stop.asked.aborted || request.path === '/healthz') {
      next();
      return;
    }
    response.setHeader('Connection', 'close');
    next(
      new ApiError('service.stopping', 'The service is shutting down.', {
        advice: 'Ask again: another replica, or this one when it is back.',
        retryable: true,
      }),
    );
  };
}
