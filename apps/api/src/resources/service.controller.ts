import { Controller, Inject, Res } from '@nestjs/common';
import { type HealthReport, type Principal } from '@etcd-kloset/platform';
import { version } from '@etcd-kloset/pipeline';
import { type Response } from 'express';
import { type OpenApiDocument, openApiDocument } from '../contract/openapi.ts';
import * as routes from '../contract/routes/service.ts';
import { type Answer, ok } from '../http/answer.ts';
import { Caller, Operation } from '../http/operation.ts';
import { type Parts, PARTS } from '../parts.ts';

@Controller()
export class ServiceController {
  readonly #parts: Parts;
  readonly #document: OpenApiDocument = openApiDocument(version);

  constructor(@Inject(PARTS) parts: Parts) {
    this.#parts = parts;
  }

  @Operation(routes.readVersion)
  version(@Caller() { name, role, clusters }: Principal): Answer<object> {
    return ok({ service: 'etcd-kloset', version, key: { name, role, clusters } });
  }

  @Operation(routes.readLive)
  async live(): Promise<Answer<object>> {
    return healthAnswer(await this.#parts.boot.health.live());
  }

  @Operation(routes.readReady)
  async ready(): Promise<Answer<object>> {
    return healthAnswer(await this.#parts.boot.health.ready());
  }

  @Operation(routes.readMetrics)
  async metrics(@Res() response: Response): Promise<void> {
    const text = await this.#parts.boot.telemetry.metricsText();
    response.status(200).set('Content-Type', 'text/plain; version=0.0.4; charset=utf-8').end(text);
  }

  @Operation(routes.readOpenApi)
  document(): Answer<OpenApiDocument> {
    return ok(this.#document);
  }
}

/** Anybody may ask: what a check says in its own words is for the log and for the port of those who run it. */
function healthAnswer({ status, checks }: HealthReport): Answer<object> {
  const shown = Object.entries(checks).map(([name, { status: its, critical, code }]) => [
    name,
    { status: its, critical, code },
  ]);
  return {
    status: status === 'ok' ? 200 : 503,
    headers: {},
    body: { status, checks: Object.fromEntries(shown) as object },
  };
}
