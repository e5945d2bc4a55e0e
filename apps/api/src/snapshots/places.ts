import { type ApiError } from '../api-error.ts';

/** Bounds how many do something costly at the same time. */
export interface Places {
  /** @returns what frees the place, once. @throws what `full` gives when all are taken */
  take(full: () => ApiError): () => void;
}

export function createPlaces(most: number): Places {
  const taken = new Set<symbol>();
  return {
    take(full) {
      if (taken.size >= most) throw full();
      const place = Symbol('place');
      taken.add(place);
      return () => void taken.delete(place);
    },
  };
}
