import { AsyncLocalStorage } from 'node:async_hooks';
import { isSpanContextValid, trace } from '@opentelemetry/api';
import pino, { type DestinationStream } from 'pino';
import { type LogLevel } from '../config/configuration.ts';
import { errorFields } from './error-fields.ts';
import { linesForPeople } from './lines-for-people.ts';
import { redact } from './redact.ts';
import { withoutSecrets } from './secrets.ts';

/** Facts besides the sentence. `error` may be anything that was thrown. Never a secret; what looks like one is removed. */
export interface LogFields {
  readonly error?: unknown;
  readonly [name: string]: unknown;
}

export interface Logger {
  /** @param message one sentence, always the same: what varies stands in `fields`. */
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A logger that adds fields to each of its lines. */
  with(fields: LogFields): Logger;
}

/** Fields of everything that is logged while a piece of work runs, whoever logs it. */
const ofWork = new AsyncLocalStorage<LogFields>();

/** Adds fields, such as `{ job, backup }`, to each line that is logged while `work` runs. */
export function withLogFields<T>(fields: LogFields, work: () => T): T {
  return ofWork.run({ ...ofWork.getStore(), ...fields }, work);
}

export interface LoggerOptions {
  readonly service: string;
  /** Default: `info`. */
  readonly level?: LogLevel;
  /** Default: standard output; there, lines for people when it is a terminal. */
  readonly destination?: DestinationStream;
}

/** One JSON object a line: `level`, `time` (RFC 3339), `service`, `msg`, `trace_id` and `span_id` of the active span, fields. */
export function createLogger({ service, level = 'info', destination }: LoggerOptions): Logger {
  const lines = pino(
    {
      level,
      base: { service },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination ??
      (process.stdout.isTTY ? linesForPeople(process.stdout) : pino.destination({ dest: 1, sync: true })),
  );
  return loggerOf(lines, {});
}

function loggerOf(lines: pino.Logger, own: LogFields): Logger {
  const write = (level: LogLevel) => (message: string, fields?: LogFields) => {
    if (!lines.isLevelEnabled(level)) return;
    lines[level](lineFields({ ...ofWork.getStore(), ...own, ...fields }), withoutSecrets(message));
  };
  return {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    with: (fields) => loggerOf(lines, { ...own, ...fields }),
  };
}

/** Names that a field must not take from the line itself. */
const TAKEN = new Set(['level', 'time', 'service', 'msg', 'trace_id', 'span_id']);

function lineFields({ error, ...fields }: LogFields): object {
  const line: Record<string, unknown> = {};
  const span = trace.getActiveSpan()?.spanContext();
  if (span !== undefined && isSpanContextValid(span)) {
    line.trace_id = span.traceId;
    line.span_id = span.spanId;
  }
  for (const [name, value] of Object.entries(redact(fields) as object)) {
    line[TAKEN.has(name) ? `${name}_` : name] = value as unknown;
  }
  if (error !== undefined) line.error = redact(errorFields(error));
  return line;
}
