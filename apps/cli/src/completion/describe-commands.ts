import { commandGroups } from '../commands/all.ts';
import { type CommandDefinition } from '../commands/command.ts';
import { flagOf, type Completes, type Option } from '../options/option.ts';

export interface CompletedFlag {
  readonly long: string;
  readonly short: string | undefined;
  readonly about: string;
  /** Undefined for a flag that takes no value. */
  readonly completes: Completes | undefined;
}

/** A command as completion needs it; a group has subcommands and nothing else. */
export interface CompletedCommand {
  /** `keys add` as `['keys', 'add']`. */
  readonly path: readonly string[];
  readonly about: string;
  readonly flags: readonly CompletedFlag[];
  readonly subcommands: readonly { readonly name: string; readonly about: string }[];
  /** What stands for an argument. */
  readonly completes: Completes;
}

const HELP: CompletedFlag = { long: '--help', short: '-h', about: 'print the help', completes: undefined };
const VERSION: CompletedFlag = {
  long: '--version',
  short: '-V',
  about: 'print the version',
  completes: undefined,
};

/** All commands and groups; the program itself has an empty path. */
export function describeCommands(definitions: readonly CommandDefinition[]): CompletedCommand[] {
  const groups = Object.keys(commandGroups);
  const isTop = ({ name }: CommandDefinition): boolean => !name.includes(' ');
  const top = definitions.filter(isTop).map(({ name, about }) => ({ name, about }));
  const firstGroup = top.findIndex(({ name }) => name === 'completion');
  const withGroups = [
    ...top.slice(0, firstGroup),
    ...groups.map((name) => ({ name, about: commandGroups[name]! })),
    ...top.slice(firstGroup),
  ];
  return [
    { path: [], about: '', flags: [HELP, VERSION], subcommands: withGroups, completes: 'nothing' },
    ...groups.map((group): CompletedCommand => ({
      path: [group],
      about: commandGroups[group]!,
      flags: [HELP],
      subcommands: definitions
        .filter(({ name }) => name.startsWith(`${group} `))
        .map(({ name, about }) => ({ name: name.slice(group.length + 1), about })),
      completes: 'nothing',
    })),
    ...definitions.map((definition): CompletedCommand => ({
      path: definition.name.split(' '),
      about: definition.about,
      flags: [...Object.entries(definition.options).map(([name, option]) => flagFor(name, option)), HELP],
      subcommands: [],
      completes: definition.arguments[0]?.completes ?? 'nothing',
    })),
  ];
}

function flagFor(name: string, { letter, about, kind, completes }: Option<unknown>): CompletedFlag {
  return {
    long: flagOf(name),
    short: letter === undefined ? undefined : `-${letter}`,
    about,
    completes: kind === 'flag' ? undefined : completes,
  };
}
