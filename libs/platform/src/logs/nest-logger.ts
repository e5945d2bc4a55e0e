import type { LoggerService } from '@nestjs/common';
import type { Logger } from './logger.ts';

/** Lets Nest log as everything else does. What Nest tells about its own start is detail: `debug`. */
export function nestLogger(log: Logger): LoggerService {
  const write =
    (level: 'debug' | 'warn' | 'error') =>
    (message: unknown, ...more: unknown[]) => {
      const context = more.findLast((each) => typeof each === 'string');
      const error = message instanceof Error ? message : more.find((each) => each instanceof Error);
      const text = message instanceof Error ? message.message : asText(message);
      log[level](text, {
        ...(context === undefined ? {} : { context }),
        ...(error === undefined ? {} : { error }),
      });
    };
  return {
    log: write('debug'),
    error: write('error'),
    warn: write('warn'),
    debug: write('debug'),
    verbose: write('debug'),
    fatal: write('error'),
  };
}

function asText(message: unknown): string {
  return typeof message === 'string' ? message : JSON.stringify(message);
}
