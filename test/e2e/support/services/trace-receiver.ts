import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

interface Sent {
  readonly resourceSpans?: {
    readonly resource: { readonly attributes: { key: string; value: { stringValue?: string } }[] };
    readonly scopeSpans: { readonly spans: { readonly traceId: string; readonly name: string }[] }[];
  }[];
}

/** Takes spans over HTTP as a collector of OpenTelemetry does. */
export class TraceReceiver {
  readonly #sent: Sent[] = [];
  readonly #server = createServer((request, response) => {
    void json(request).then((body) => {
      this.#sent.push(body as Sent);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });

  static async start(): Promise<TraceReceiver> {
    const receiver = new TraceReceiver();
    receiver.#server.listen(0, '127.0.0.1');
    await once(receiver.#server, 'listening');
    return receiver;
  }

  /** For the services: where to send spans, and soon. */
  get env(): NodeJS.ProcessEnv {
    return {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_BSP_SCHEDULE_DELAY: '200',
      OTEL_METRICS_EXPORTER: 'none',
    };
  }

  /** The spans of a trace that have come so far, each as `service: name`. */
  spansOf(traceId: string): string[] {
    return this.#sent
      .flatMap(({ resourceSpans = [] }) => resourceSpans)
      .flatMap(({ resource, scopeSpans }) => {
        const service = resource.attributes.find(({ key }) => key === 'service.name')?.value.stringValue;
        return scopeSpans
          .flatMap(({ spans }) => spans)
          .filter((span) => span.traceId === traceId)
          .map(({ name }) => `${service ?? ''}: ${name}`);
      });
  }

  /** All that was sent, as text. */
  get text(): string {
    return JSON.stringify(this.#sent);
  }

  async stop(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }
}
