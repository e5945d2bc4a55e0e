import { promisify } from 'node:util';
import { Server, ServerCredentials, type ServiceDefinition } from '@grpc/grpc-js';

const asItIs = (bytes: Buffer): Buffer => bytes;

/** The one method of a collector's service; messages stay bytes. */
function serviceOf(signal: string): ServiceDefinition {
  const name = `${signal[0]!.toUpperCase()}${signal.slice(1)}Service`;
  return {
    export: {
      path: `/opentelemetry.proto.collector.${signal}.v1.${name}/Export`,
      requestStream: false,
      responseStream: false,
      requestSerialize: asItIs,
      requestDeserialize: asItIs,
      responseSerialize: asItIs,
      responseDeserialize: asItIs,
    },
  };
}

/** Takes what OpenTelemetry sends over gRPC, as a collector does. */
export class GrpcReceiver {
  readonly #server = new Server();
  readonly #received: { service: string; body: Buffer }[] = [];
  url = '';

  static async start(): Promise<GrpcReceiver> {
    const receiver = new GrpcReceiver();
    const server = receiver.#server;
    for (const signal of ['trace', 'metrics']) {
      server.addService(serviceOf(signal), {
        export: (call: { request: Buffer }, answer: (error: null, response: Buffer) => void) => {
          receiver.#received.push({ service: signal, body: call.request });
          answer(null, Buffer.alloc(0));
        },
      });
    }
    const bind = promisify(server.bindAsync.bind(server));
    receiver.url = `http://127.0.0.1:${await bind('127.0.0.1:0', ServerCredentials.createInsecure())}`;
    return receiver;
  }

  /** All bytes, as text. */
  text(signal: 'trace' | 'metrics'): string {
    return this.#received
      .filter(({ service }) => service === signal)
      .map(({ body }) => body.toString('latin1'))
      .join('\n');
  }

  stop(): void {
    this.#server.forceShutdown();
  }
}
