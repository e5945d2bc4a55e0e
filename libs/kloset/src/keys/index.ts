export { isPostQuantum, checkRecipient } from './age-recipient.ts';
export {
  type Credential,
  credentialRing,
  issueKeeperCredential,
  issueWriterCredential,
  type KeeperCredential,
  type WriterCredential,
} from './credential.ts';
export {
  encodeCredential,
  parseCredential,
  readCredentialFile,
  writeCredentialFile,
} from './credential-file.ts';
export {
  generateIdentity,
  type GeneratedIdentity,
  readIdentityFile,
  writeIdentityFile,
} from './identity-file.ts';
export {
  type KeyFileFor,
  type KeyFileKind,
  keyFileKinds,
  type NamedKeyFile,
  openBundle,
  openKeyFiles,
  type OwnerSecrets,
  wrapBundle,
} from './key-file.ts';
export { checkKeyFile, KEY_FOLDER, keyFileName, labelOfKeyFile } from './key-file-name.ts';
export { type ClusterRef, type KeyRing, type KeyRole, needsOwner } from './key-ring.ts';
export { addEpoch, createMasterBundle, type MasterBundle, type MasterEpoch } from './master-bundle.ts';
export { ownerRing } from './owner-ring.ts';
export { readPassphraseFile } from './passphrase-file.ts';
