import { type IncomingMessage, type ServerResponse } from 'node:http';
import {
  context,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api';

/**
 * Middleware for Express: a span for each request, which goes on with the trace of whoever asks.
 *
 * @param routeOf the pattern of the route, once it is known; never the path, which has names in it
 */
export function tracedRequests(
  tracer: Tracer,
  routeOf: (request: IncomingMessage) => string | undefined,
): (request: IncomingMessage, response: ServerResponse, next: () => void) => void {
  return (request, response, next) => {
    const method = request.method ?? 'GET';
    const sender = propagation.extract(ROOT_CONTEXT, request.headers);
    const attributes = { 'http.request.method': method };
    const span = tracer.startSpan(method, { kind: SpanKind.SERVER, attributes }, sender);
    response.once('close', () => {
      const route = routeOf(request);
      if (route !== undefined) span.setAttribute('http.route', route).updateName(`${method} ${route}`);
      span.setAttribute('http.response.status_code', response.statusCode);
      if (response.statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    });
    context.with(trace.setSpan(sender, span), next);
  };
}
