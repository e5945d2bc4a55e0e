import { createLogger } from './logger.ts';
import { nestLogger } from './nest-logger.ts';

describe('what Nest logs', () => {
  const lines: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => lines.push(JSON.parse(line) as Record<string, unknown>) };
  const nest = nestLogger(createLogger({ service: 'api', level: 'debug', destination }));
  beforeEach(() => (lines.length = 0));

  it('is detail as long as all is well', () => {
    nest.log('Nest application successfully started', 'NestApplication');
    expect(lines).toMatchObject([
      { level: 'debug', msg: 'Nest application successfully started', context: 'NestApplication' },
    ]);
  });

  it('has the error with where it comes from', () => {
    nest.error(new Error('it broke'), 'ExceptionsHandler');
    nest.error('it broke', 'Error: it broke\n    at x.ts:1', 'ExceptionsHandler');
    nest.warn({ some: 'object' });
    expect(lines).toMatchObject([
      { level: 'error', msg: 'it broke', context: 'ExceptionsHandler', error: { message: 'it broke' } },
      { level: 'error', msg: 'it broke', context: 'ExceptionsHandler' },
      { level: 'warn', msg: '{"some":"object"}' },
    ]);
  });
});
