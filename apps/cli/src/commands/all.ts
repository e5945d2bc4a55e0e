import { apiKey } from './api-key.ts';
import { backup } from './backup.ts';
import { check } from './check.ts';
import { type CommandDefinition } from './command.ts';
import { completion } from './completion.ts';
import { importCommand } from './import.ts';
import { init } from './init.ts';
import { keysAdd, keysKeeper, keysList, keysRemove, keysWriter } from './keys.ts';
import { restore } from './restore.ts';
import { show } from './show.ts';
import { snapshots } from './snapshots.ts';
import { stats } from './stats.ts';
import { status } from './status.ts';

/** In the order of the help. */
export const allCommands: readonly CommandDefinition[] = [
  init,
  backup,
  importCommand,
  snapshots,
  show,
  restore,
  check,
  stats,
  status,
  keysList,
  keysAdd,
  keysRemove,
  keysWriter,
  keysKeeper,
  apiKey,
  completion,
];

/** Commands that only hold others. */
export const commandGroups: Readonly<Record<string, string>> = {
  keys: 'who can open the store, back up, or list',
};
