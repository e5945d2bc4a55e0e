import { KlosetStoreError } from '../errors.ts';
import { readSecretFile } from './secret-file.ts';

/**
 * Reads a passphrase: the first line of the file, without its line ending; spaces count.
 *
 * @param what names its kind in errors
 * @throws `key.file-failed`, `key.unreadable` (among others when the passphrase is empty)
 */
export async function readPassphraseFile(
  file: string,
  what = 'passphrase file',
): Promise<{ passphrase: string; warnings: readonly string[] }> {
  const { text, warnings } = await readSecretFile(file, what);
  const passphrase = /^[^\r\n]*/.exec(text)![0];
  if (passphrase === '') {
    throw new KlosetStoreError('key.unreadable', `The first line of the ${what} ${file} is empty.`, {
      advice: 'Write it into the first line.',
    });
  }
  return { passphrase, warnings };
}
