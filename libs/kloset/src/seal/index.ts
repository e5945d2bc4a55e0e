export { encodeContext, type SealContext } from './seal-context.ts';
export {
  type PlainSection,
  type SealedSections,
  SECTION_OVERHEAD,
  type SectionOpener,
  openWith,
  sealTo,
} from './chunk-sections.ts';
export { METADATA_OVERHEAD, type MetadataSeal, openMetadata, sealMetadata } from './metadata.ts';
export { type HashRowInto, ROW_HASH_BYTES, rowHasher } from './row-hash.ts';
export { checkTrailer, TRAILER_BYTES, withTrailer } from './trailer.ts';
export { checkKeeperSignature, KEEPER_SIGNATURE_BYTES, signAsKeeper } from './keeper-signature.ts';
export { X_WING } from './x-wing.ts';
