import { type Completes, type Options, type Settled } from '../options/option.ts';
import { type SettledOptions } from '../options/settle.ts';
import { type Report } from '../output/report.ts';

/** Done; failed; called the wrong way; stored, but the members of the cluster do not agree. */
export type ExitCode = 0 | 1 | 2 | 3;

export interface Argument {
  readonly name: string;
  readonly about: string;
  readonly completes: Completes;
}

export interface Example {
  readonly what: string;
  /** Without the program's name. */
  readonly line: string;
}

/** What a command is given to work with. */
export interface Invocation<O extends Options> {
  readonly options: Settled<O>;
  readonly sourceOf: SettledOptions<O>['sourceOf'];
  readonly arguments: readonly string[];
  readonly report: Report;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Aborted when the user, or the system, wants the program to end. */
  readonly signal: AbortSignal;
}

export type Action<O extends Options> = (invocation: Invocation<O>) => Promise<ExitCode>;

/**
 * A command as the help, the completion and the parser know it. What it does is loaded when it is called:
 * the program starts fast, and `--help` needs none of it.
 */
export interface CommandDefinition<O extends Options = Options> {
  /** `backup`, or `keys add`. */
  readonly name: string;
  readonly about: string;
  /** More of it, for its own help. */
  readonly details?: string;
  readonly arguments: readonly Argument[];
  readonly options: O;
  readonly examples: readonly Example[];
  readonly load: () => Promise<Action<O>>;
}

/** Gives the options of a definition their types, and takes them away again for whoever lists all commands. */
export function defineCommand<const O extends Options>(definition: CommandDefinition<O>): CommandDefinition {
  return definition as unknown as CommandDefinition;
}
