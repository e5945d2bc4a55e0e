import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly status: { readonly code?: number; readonly message?: string };
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly attributes: readonly { readonly key: string; readonly value: Record<string, unknown> }[];
  /** `service.name` of who sent it. */
  readonly service: string;
}

interface Received {
  readonly path: string;
  readonly type: string;
  readonly body: Buffer;
}

interface TraceRequest {
  readonly resourceSpans: {
    readonly resource: { readonly attributes: { key: string; value: { stringValue?: string } }[] };
    readonly scopeSpans: { readonly spans: Omit<ReceivedSpan, 'service'>[] }[];
  }[];
}

/** Takes what OpenTelemetry sends over HTTP, as a collector does. */
export class OtlpReceiver {
  readonly received: Received[] = [];
  readonly #server = createServer((request, response) => {
    void buffer(request).then((body) => {
      this.received.push({ path: request.url ?? '', type: request.headers['content-type'] ?? '', body });
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });

  static async start(): Promise<OtlpReceiver> {
    const receiver = new OtlpReceiver();
    receiver.#server.listen(0, '127.0.0.1');
    await once(receiver.#server, 'listening');
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Of all that was sent as JSON. */
  spans(): ReceivedSpan[] {
    return this.received
      .filter(({ path, type }) => path === '/v1/traces' && type === 'application/json')
      .flatMap(({ body }) => (JSON.parse(body.toString()) as TraceRequest).resourceSpans)
      .flatMap(({ resource, scopeSpans }) => {
        const name = resource.attributes.find(({ key }) => key === 'service.name');
        const service = name?.value.stringValue ?? '';
        return scopeSpans.flatMap(({ spans }) => spans.map((span) => ({ ...span, service })));
      });
  }

  /** All bytes, as text: for what must not be among them. */
  text(path?: string): string {
    return this.received
      .filter((each) => path === undefined || each.path === path)
      .map(({ body }) => body.toString('latin1'))
      .join('\n');
  }

  async stop(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }
}
