import { type Action } from '../commands/command.ts';
import { type completionOptions } from '../commands/completion.ts';
import { allCommands } from '../commands/all.ts';
import { bashCompletion } from '../completion/bash.ts';
import { describeCommands } from '../completion/describe-commands.ts';
import { fishCompletion } from '../completion/fish.ts';
import { zshCompletion } from '../completion/zsh.ts';
import { UsageError } from '../usage-error.ts';

const SHELLS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;

export const completion: Action<typeof completionOptions> = ({ arguments: [shell], report }) => {
  if (shell === undefined || !Object.hasOwn(SHELLS, shell)) {
    throw new UsageError(`There is no completion for ${JSON.stringify(shell)}.`, 'Give bash, zsh or fish.');
  }
  const script = SHELLS[shell as keyof typeof SHELLS](describeCommands(allCommands));
  report.answer({ shell, script }, () => script);
  return Promise.resolve(0);
};
