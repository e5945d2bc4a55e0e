import { KlosetStoreError } from '../errors.ts';
import { readSecretFile } from './secret-file.ts';

/**
 * Reads a passphrase: the first line of the file, without its line ending; spaces count.
 *
 * @throws `key.file-failed`, `key.unreadable` (among others when the passphrase is empty)
 */
export async function readPassphraseFile(
  file: string,
): Promise<{ passphrase: string; warnings: readonly string[] }> {
  const { text, warnings } = await readSecretFile(file, 'passphrase file');
  const passphrase = /^[^\r\n]*/.exec(text)![0];
  if (passphrase === '') {
    throw new KlosetStoreError('key.unreadable', `The first line of the passphrase file ${file} is empty.`, {
      advice: 'Write the passphrase into the first line.',
    });
  }
  return { passphrase, warnings };
}
