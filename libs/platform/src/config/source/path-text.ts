/** Keys, and indexes of lists. */
export type Path = readonly (string | number)[];

/** Such as `clusters.prod.endpoints[1]`. A key that is no plain word is quoted; one that is very long is cut. */
export function pathText(path: Path): string {
  return path
    .map((segment, index) => {
      if (typeof segment === 'number') return `[${segment}]`;
      const key = /^[\w-]{1,60}$/.test(segment) ? segment : JSON.stringify(segment.slice(0, 60));
      return index === 0 ? key : `.${key}`;
    })
    .join('');
}
