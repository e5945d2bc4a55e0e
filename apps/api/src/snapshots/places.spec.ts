import { ApiError } from '../api-error.ts';
import { createPlaces } from './places.ts';

describe('places', () => {
  it('are as many as there are; each is freed once', () => {
    const places = createPlaces(2);
    const full = (): ApiError => new ApiError('download.too-many', 'Full.');
    const free = places.take(full);
    places.take(full);
    expect(() => places.take(full)).toThrow('Full.');
    free();
    free();
    places.take(full);
    expect(() => places.take(full)).toThrow('Full.');
  });
});
