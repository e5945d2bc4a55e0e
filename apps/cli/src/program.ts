import { Argument, Command, CommanderError, Option as CommanderOption } from 'commander';
import { allCommands, commandGroups } from './commands/all.ts';
import { type CommandDefinition } from './commands/command.ts';
import { flagOf, variableOf, type Option } from './options/option.ts';
import { PROGRAM, version } from './version.ts';

/** Called once, with the command that was asked for. */
export type Invoke = (
  definition: CommandDefinition,
  given: Command,
  positional: readonly string[],
) => Promise<void>;

export interface ProgramOutput {
  readonly writeOut: (text: string) => void;
  readonly writeErr: (text: string) => void;
  readonly columns: number | undefined;
}

/** The command line as commander parses it, made from the definitions. */
export function buildProgram(invoke: Invoke, output: ProgramOutput): Command {
  const program = configure(new Command(PROGRAM), output)
    .description('Backups of etcd that prove themselves: encrypted, deduplicated, restored with etcdutl.')
    .version(`${PROGRAM} ${version}`, '-V, --version', 'print the version')
    .usage('COMMAND [options]')
    .helpCommand('help [COMMAND]', 'print the help of a command')
    .addHelpText('after', overview());
  for (const definition of allCommands) {
    const words = definition.name.split(' ');
    const parent = words.length === 1 ? program : groupOf(program, words[0]!, output);
    parent.addCommand(commandOf(definition, words.at(-1)!, invoke, output));
  }
  return program;
}

/** commander's own errors that are no errors: help and version were printed, as was asked. */
export function isAsked(error: CommanderError): boolean {
  return error.exitCode === 0;
}

function groupOf(program: Command, name: string, output: ProgramOutput): Command {
  const existing = program.commands.find((command) => command.name() === name);
  if (existing !== undefined) return existing;
  const group = configure(new Command(name), output)
    .summary(commandGroups[name] ?? '')
    .description(sentence(commandGroups[name] ?? ''))
    .helpCommand(false);
  program.addCommand(group);
  return group;
}

function commandOf(
  definition: CommandDefinition,
  name: string,
  invoke: Invoke,
  output: ProgramOutput,
): Command {
  const command = configure(new Command(name), output)
    .summary(definition.about)
    .description(
      sentence(definition.about) +
        (definition.details === undefined ? '' : `\n\n${definition.details.replaceAll('\n', ' ')}`),
    )
    .addHelpText('after', examplesOf(definition));
  for (const { name: argument, about } of definition.arguments) {
    command.addArgument(new Argument(argument.startsWith('[') ? argument : `<${argument}>`, about));
  }
  for (const [key, option] of Object.entries(definition.options)) {
    for (const each of commanderOptions(key, option)) command.addOption(each);
  }
  return command.action(async (...given: unknown[]) => {
    const positional = given
      .slice(0, definition.arguments.length)
      .filter((argument) => argument !== undefined) as string[];
    await invoke(definition, command, positional);
  });
}

function commanderOptions(key: string, option: Option<unknown>): CommanderOption[] {
  const flag = flagOf(key);
  const flags = option.letter === undefined ? flag : `-${option.letter}, ${flag}`;
  const about = helpOf(key, option);
  switch (option.kind) {
    case 'flag':
      return [new CommanderOption(flags, about), new CommanderOption(`--no-${flag.slice(2)}`).hideHelp()];
    case 'value':
      return [new CommanderOption(`${flags} <${option.placeholder!}>`, about)];
    case 'list':
      return [
        new CommanderOption(`${flags} <${option.placeholder!}>`, about).argParser(
          (text: string, before: readonly string[] | undefined) => [...(before ?? []), text],
        ),
      ];
  }
}

function helpOf(key: string, option: Option<unknown>): string {
  const { about, kind, fallback, alsoEnv, required } = option;
  const extra = [
    ...(kind === 'list' ? ['repeatable'] : []),
    ...(required ? ['required'] : []),
    ...defaultOf(fallback),
    [variableOf(key), ...alsoEnv].join(', '),
  ];
  return `${about} (${extra.join('; ')})`;
}

function defaultOf(fallback: unknown): string[] {
  if (typeof fallback === 'string') return [`default: ${fallback}`];
  return Array.isArray(fallback) && fallback.length > 0 ? [`default: ${fallback.join(',')}`] : [];
}

function configure(command: Command, { writeOut, writeErr, columns }: ProgramOutput): Command {
  const width = Math.min(columns ?? 110, 120);
  return command
    .exitOverride()
    .showSuggestionAfterError(true)
    .configureHelp({ helpWidth: width, showGlobalOptions: false })
    .configureOutput({
      writeOut,
      writeErr,
      getOutHelpWidth: () => width,
      getErrHelpWidth: () => width,
      // The error is thrown, and told with all others in one place.
      outputError: () => undefined,
    });
}

function examplesOf({ examples, name }: CommandDefinition): string {
  if (examples.length === 0) return '';
  const lines = examples.map(({ what, line }) => `  # ${what}\n  ${PROGRAM} ${line}`);
  return `\nExample${lines.length === 1 ? '' : 's'} of ${name}:\n${lines.join('\n\n')}`;
}

function overview(): string {
  return `
SNAPSHOT is \`latest\`, an id, or the beginning of one. STORE is a folder or a URL (file:///srv/backups/etcd).
Every option has an environment variable: --identity-file is ETCD_KLOSET_IDENTITY_FILE; lists are separated by commas.
Exit codes: 0 done, 1 failed, 2 called the wrong way, 3 stored, but the members of the cluster do not agree.

Examples:
  # a new store, and a key for the machine that makes the backups
  ${PROGRAM} init /srv/backups/etcd --generate-identity ~/etcd-backups.key
  ${PROGRAM} keys writer --store /srv/backups/etcd --identity-file ~/etcd-backups.key --output writer.key

  # back up, look, restore
  ${PROGRAM} backup --store /srv/backups/etcd --cluster prod --writer-key-file writer.key --endpoints 10.0.0.1:2379
  ${PROGRAM} snapshots --store /srv/backups/etcd --writer-key-file writer.key
  ${PROGRAM} restore latest --store /srv/backups/etcd --identity-file ~/etcd-backups.key --output snapshot.db`;
}

function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
}

export { CommanderError };
