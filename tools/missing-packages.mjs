/**
 * Names what package-lock.json lists and npm's own record of the installed packages does not have in the
 * same version. Packages for other platforms are optional and may be missing.
 */
export function missingPackages(lock, installed) {
  return Object.entries(lock.packages)
    .filter(([place, wanted]) => {
      if (!place.startsWith('node_modules/')) return false;
      const there = installed.packages[place];
      if (there === undefined) return wanted.optional !== true && wanted.devOptional !== true;
      return there.version !== wanted.version || there.link !== wanted.link;
    })
    .map(([place]) => place.slice('node_modules/'.length));
}
