import { parseArguments, usage } from './arguments.ts';
import { UsageError } from './usage-error.ts';

describe('the arguments of a service', () => {
  it('are a configuration file, or a question', () => {
    expect(parseArguments([])).toEqual({ config: undefined, help: false });
    expect(parseArguments(['--config', 'a.yaml'])).toEqual({ config: 'a.yaml', help: false });
    expect(parseArguments(['-c', 'a.yaml', '-h'])).toEqual({ config: 'a.yaml', help: true });
    expect(usage('chunk-worker')).toContain('Usage: chunk-worker [--config FILE]');
  });

  it.each([['--confg', 'x'], ['file'], ['--config']])('are nothing else: %s', (...argv) => {
    expect(() => parseArguments(argv)).toThrow(UsageError);
  });
});
