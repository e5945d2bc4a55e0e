export { errorFields } from './error-fields.ts';
export { createLogger, type LogFields, type Logger, type LoggerOptions, withLogFields } from './logger.ts';
export { nestLogger } from './nest-logger.ts';
export { redact } from './redact.ts';
export { REDACTED, withoutSecrets } from './secrets.ts';
