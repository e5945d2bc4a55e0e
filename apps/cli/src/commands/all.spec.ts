import { flagOf, variableOf } from '../options/option.ts';
import { allCommands } from './all.ts';

describe('the commands', () => {
  it('are those of the manual', () => {
    expect(allCommands.map(({ name }) => name)).toEqual([
      'init',
      'backup',
      'import',
      'snapshots',
      'show',
      'restore',
      'check',
      'stats',
      'status',
      'keys list',
      'keys add',
      'keys remove',
      'keys writer',
      'keys keeper',
      'api-key',
      'completion',
    ]);
  });

  it("understand etcdctl's flags and variables for what they share with it", () => {
    const backup = allCommands.find(({ name }) => name === 'backup')!;
    for (const name of ['endpoints', 'cacert', 'cert', 'key', 'user', 'password']) {
      const option = backup.options[name]!;
      expect([flagOf(name), ...option.alsoEnv]).toEqual([`--${name}`, `ETCDCTL_${name.toUpperCase()}`]);
    }
  });

  it.each(allCommands)('$name has examples that use only its own options', ({ name, options, examples }) => {
    expect(examples.length).toBeGreaterThan(0);
    const flags = new Set(Object.keys(options).map(flagOf));
    for (const { line } of examples) {
      expect(line.startsWith(name)).toBe(true);
      for (const [flag] of line.matchAll(/--[a-z-]+/g)) expect(flags).toContain(flag);
    }
  });

  it.each(allCommands.filter(({ options, name }) => 'identityFile' in options && name !== 'check'))(
    '$name has examples that name a store and a key',
    ({ examples }) => {
      for (const { line } of examples) {
        expect(line).toMatch(/--store \S+/);
        expect(line).toMatch(/--(writer-key|keeper-key|identity|passphrase)-file \S+/);
      }
    },
  );

  it('mean the same by the same variable', () => {
    const kinds = new Map<string, string>();
    for (const { options } of allCommands) {
      for (const [name, { kind }] of Object.entries(options)) {
        expect(kinds.get(variableOf(name)) ?? kind).toBe(kind);
        kinds.set(variableOf(name), kind);
      }
    }
  });
});
