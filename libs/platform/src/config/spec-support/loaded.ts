import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PlatformError } from '../../errors.ts';
import { type Configuration } from '../configuration.ts';
import { loadConfiguration } from '../load-configuration.ts';

/** A folder for one test, and what loads a configuration from a file in it. */
export class ConfigurationFolder {
  readonly path = mkdtempSync(path.join(tmpdir(), 'kloset-config-'));

  write(name: string, text: string): string {
    const file = path.join(this.path, name);
    writeFileSync(file, text);
    return file;
  }

  load(yaml: string, environment: Readonly<Record<string, string>> = {}): Configuration {
    return loadConfiguration(this.write('etcd-kloset.yaml', yaml), environment);
  }

  /** The lines of the error, without the first one. */
  mistakes(yaml: string, environment: Readonly<Record<string, string>> = {}): string[] {
    try {
      this.load(yaml, environment);
    } catch (error) {
      if (!(error instanceof PlatformError) || error.code !== 'config.invalid') throw error;
      return error.message
        .split('\n')
        .slice(1)
        .map((line) => line.trim());
    }
    return [];
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
