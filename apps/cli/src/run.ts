import { type Command } from 'commander';
import { type CommandDefinition } from './commands/command.ts';
import { Interrupted } from './interrupted.ts';
import { exitCodeOf, failureText } from './output/failure.ts';
import { newReport } from './output/report.ts';
import { booleanFlags, withoutBooleanValues } from './options/boolean-values.ts';
import { variableOf } from './options/option.ts';
import { settle, type Environment } from './options/settle.ts';
import { buildProgram, CommanderError, isAsked } from './program.ts';
import { UsageError } from './usage-error.ts';
import { PROGRAM } from './version.ts';

export interface Host {
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };
  readonly environment: Environment;
  readonly signal: AbortSignal;
}

/**
 * Runs one command line to its end.
 *
 * @param words what was typed after the program's name
 * @returns the exit code
 */
export async function run(words: readonly string[], host: Host): Promise<number> {
  const { stdout, stderr, environment, signal } = host;
  let exitCode = 0;
  let json = wantsJson(words, environment);
  const invoke = async (
    definition: CommandDefinition,
    given: Command,
    positional: readonly string[],
  ): Promise<void> => {
    const { values, sourceOf } = settle(definition.options, given, environment);
    json = values['json'] === true;
    const report = await newReport({ stdout, stderr, json, quiet: values['quiet'] === true });
    try {
      const action = await definition.load();
      exitCode = await action({
        options: values,
        sourceOf,
        arguments: positional,
        report,
        environment,
        signal,
      });
    } finally {
      report.end();
    }
  };
  const program = buildProgram(invoke, {
    writeOut: (text) => stdout.write(text),
    writeErr: (text) => stderr.write(text),
    columns: stderr.columns,
  });
  try {
    await program.parseAsync(withoutBooleanValues(words, booleanFlags(program)), { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (isAsked(error)) return 0;
      // No command at all: the help was printed, and says enough.
      if (error.code === 'commander.help') return 2;
      return fail(
        new UsageError(
          sentenceOf(error),
          `See \`${[PROGRAM, ...commandIn(words, program)].join(' ')} --help\`.`,
        ),
      );
    }
    return fail(error);
  }

  function fail(thrown: unknown): number {
    // What is under way when it is told to stop may fail with an error of its own.
    const error: unknown = signal.reason instanceof Interrupted ? signal.reason : thrown;
    stderr.write(failureText(error, json));
    return exitCodeOf(error);
  }
}

/** Whether errors are wanted as JSON, which must be known also when the command line cannot be parsed. */
export function wantsJson(words: readonly string[], environment: Environment): boolean {
  return words.includes('--json') || /^(1|true|yes|on)$/i.test(environment[variableOf('json')] ?? '');
}

/** The words that name a command, at the beginning of those that were typed. */
function commandIn([word, ...more]: readonly string[], parent: Command): string[] {
  const command = parent.commands.find((each) => each.name() === word);
  return command === undefined ? [] : [command.name(), ...commandIn(more, command)];
}

/** commander's messages begin with "error: " and may hold a suggestion in a second line. */
function sentenceOf({ message }: CommanderError): string {
  return message.replace(/^error: /, '').replace(/\n\(Did you mean (.*)\?\)$/s, ' (did you mean $1?)');
}
