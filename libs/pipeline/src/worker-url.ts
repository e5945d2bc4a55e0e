/**
 * Where a thread's program is: beside this file while the sources run as they are, or beside the bundle,
 * which gathers threads' programs under their last names.
 *
 * @param name path below this folder, without ending, such as `threads/pipeline-thread`
 */
export function workerUrl(name: string): URL {
  if (import.meta.url.endsWith('.ts')) return new URL(`./${name}.ts`, import.meta.url);
  return new URL(`./${name.slice(name.lastIndexOf('/') + 1)}.js`, import.meta.url);
}
