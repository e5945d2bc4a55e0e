import { type Command } from 'commander';

/** All flags without a value, of all commands. */
export function booleanFlags(program: Command): ReadonlySet<string> {
  const flags = new Set<string>();
  const visit = (command: Command): void => {
    for (const { long, required, optional } of command.options) {
      if (long !== undefined && !required && !optional) flags.add(long);
    }
    command.commands.forEach(visit);
  };
  visit(program);
  return flags;
}

/** `--flag=true` and `--flag=false`, as etcdctl takes them, in the form that commander takes. */
export function withoutBooleanValues(words: readonly string[], flags: ReadonlySet<string>): string[] {
  const end = words.indexOf('--');
  return words.map((word, at) => {
    const match = /^(--[a-z-]+)=(true|false)$/.exec(word);
    if (match === null || !flags.has(match[1]!) || (end >= 0 && at > end)) return word;
    return match[2] === 'true' ? match[1]! : `--no-${match[1]!.slice(2)}`;
  });
}
