import path from 'node:path';
import { runJson } from '../command.ts';

/** A store as its owner made it, with what each role needs. */
export interface ServicesStore {
  readonly name: string;
  readonly folder: string;
  readonly identityFile: string;
  readonly writerKeyFile: string;
}

/** @param folder of the store; default: below `parent` */
export async function makeServicesStore(
  parent: string,
  name: string,
  folder = path.join(parent, name),
): Promise<ServicesStore> {
  const identityFile = path.join(parent, `${name}-identity.txt`);
  const writerKeyFile = path.join(parent, `${name}-writer.key`);
  await runJson(['init', folder, '--generate-identity', identityFile]);
  await runJson([
    ...['keys', 'writer', '--store', folder, '--identity-file', identityFile],
    ...['--output', writerKeyFile],
  ]);
  return { name, folder, identityFile, writerKeyFile };
}

/** The options of commands that only read records; and of those that decrypt. */
export function storeArguments({ folder, identityFile }: ServicesStore): string[] {
  return ['--store', folder, '--identity-file', identityFile];
}
