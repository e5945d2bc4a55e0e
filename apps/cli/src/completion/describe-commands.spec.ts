import { allCommands } from '../commands/all.ts';
import { flagOf } from '../options/option.ts';
import { describeCommands } from './describe-commands.ts';

const commands = describeCommands(allCommands);
const at = (...path: string[]) => commands.find((command) => command.path.join(' ') === path.join(' '))!;

describe('describeCommands', () => {
  it('knows every command and every flag', () => {
    for (const { name, options } of allCommands) {
      const flags = at(...name.split(' ')).flags.map(({ long }) => long);
      expect(flags).toEqual([...Object.keys(options).map(flagOf), '--help']);
    }
  });

  it('knows groups and what is in them', () => {
    expect(at().subcommands.map(({ name }) => name)).toContain('keys');
    expect(at('keys').subcommands.map(({ name }) => name)).toEqual([
      'list',
      'add',
      'remove',
      'writer',
      'keeper',
    ]);
  });

  it('knows what values and arguments are', () => {
    expect(at('backup').flags.find(({ long }) => long === '--proof')!.completes).toEqual([
      'all',
      'source',
      'none',
    ]);
    expect(at('backup').flags.find(({ long }) => long === '--json')!.completes).toBeUndefined();
    expect(at('import').completes).toBe('file');
    expect(at('completion').completes).toEqual(['bash', 'zsh', 'fish']);
  });
});
