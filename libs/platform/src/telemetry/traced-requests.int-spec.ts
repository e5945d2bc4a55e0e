import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { recordSpans } from './spec-support/recorded-spans.ts';
import { tracedRequests } from './traced-requests.ts';

const TRACE = 'a'.repeat(32);
const SPAN = 'b'.repeat(16);

describe('a request', () => {
  let recorded: ReturnType<typeof recordSpans>;
  let server: Server;
  let activeTrace: string | undefined;

  beforeEach(async () => {
    recorded = recordSpans();
    const traced = tracedRequests(recorded.tracer, ({ url }) =>
      url === '/odd' ? undefined : '/v1/clusters/{cluster}',
    );
    server = createServer((request, response) =>
      traced(request, response, () => {
        activeTrace = trace.getActiveSpan()?.spanContext().traceId;
        response.writeHead(request.url?.startsWith('/v1') === true ? 202 : 500).end();
      }),
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(async () => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
    recorded.end();
  });

  async function ask(path: string, headers: Record<string, string> = {}): Promise<void> {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
    await (await fetch(url, { method: 'POST', headers })).arrayBuffer();
    while (recorded.spans().length === 0) await new Promise((resolve) => setImmediate(resolve));
  }

  it('goes on with the trace of whoever asks; its span is called after the route', async () => {
    await ask('/v1/clusters/prod?password=x', { traceparent: `00-${TRACE}-${SPAN}-01` });
    const [span] = recorded.spans();
    expect(span?.name).toBe('POST /v1/clusters/{cluster}');
    expect(span?.kind).toBe(SpanKind.SERVER);
    expect(span?.spanContext().traceId).toBe(TRACE);
    expect(span?.parentSpanContext?.spanId).toBe(SPAN);
    expect(activeTrace).toBe(TRACE);
    expect(span?.attributes).toEqual({
      'http.request.method': 'POST',
      'http.route': '/v1/clusters/{cluster}',
      'http.response.status_code': 202,
    });
  });

  it('begins a trace when nobody has one, and fails with the server only', async () => {
    await ask('/odd');
    const [span] = recorded.spans();
    expect(span?.name).toBe('POST');
    expect(span?.parentSpanContext).toBeUndefined();
    expect(span?.status.code).toBe(SpanStatusCode.ERROR);
  });
});
