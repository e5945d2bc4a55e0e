import { ALSO_CALLED, type Setting } from './settings.ts';
import { type Environment } from './variables.ts';

type Section = Record<string, unknown>;

/**
 * Puts what variables of the environment say over what the file says; empty ones count as not set.
 *
 * @returns the whole, and by which variable each path was set
 */
export function withOverrides(
  value: Section,
  settings: readonly Setting[],
  environment: Environment,
): { value: Section; setBy: Map<string, string> } {
  const merged = structuredClone(value);
  const setBy = new Map<string, string>();
  for (const { path, variable, isList } of settings) {
    const name = [variable, ALSO_CALLED[variable]].find(
      (each) => each !== undefined && (environment[each] ?? '') !== '',
    );
    if (name === undefined) continue;
    const given = environment[name]!;
    setAt(merged, path, isList ? given.split(',').map((each) => each.trim()) : given);
    setBy.set(path.join('.'), name);
  }
  // The environment says where Redis is: then the file does not.
  const redis = merged['redis'];
  if (typeof redis === 'object' && redis !== null) {
    if (setBy.has('redis.url') && !setBy.has('redis.urlFile')) delete (redis as Section)['urlFile'];
    if (setBy.has('redis.urlFile') && !setBy.has('redis.url')) delete (redis as Section)['url'];
  }
  return { value: merged, setBy };
}

/** What stands in the way and is no section is a mistake of the file, which is told. */
function setAt(section: Section, [key, ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) {
    section[key!] = value;
    return;
  }
  section[key!] ??= {};
  const next = section[key!];
  if (typeof next === 'object' && !Array.isArray(next)) setAt(next as Section, rest, value);
}
