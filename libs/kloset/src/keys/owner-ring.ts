import { keeperPublicKeyOf } from '../seal/keeper-signature.ts';
import { xWingPublicKeyOf } from '../seal/x-wing.ts';
import { clusterIdOf, clusterKey } from './derivations.ts';
import { keyRing, type KeyRing } from './key-ring.ts';
import { type MasterBundle } from './master-bundle.ts';

/** The key ring of the owner, which can do everything. */
export function ownerRing({ store, nameKey, current, epochs }: MasterBundle): KeyRing {
  return keyRing({
    store,
    role: 'owner',
    current,
    clusterIdOf: (name) => clusterIdOf(nameKey, store, name),
    epochs: epochs.map((keys) => ({
      epoch: keys.epoch,
      created: keys.created,
      metadataKey: (cluster) => clusterKey(keys.metadataKey, 'cluster-metadata-key', store, cluster),
      idKey: (cluster) => clusterKey(keys.idKey, 'cluster-row-id-key', store, cluster),
      dataPublicKey: () => xWingPublicKeyOf(keys.dataPrivateKey),
      dataPrivateKey: () => keys.dataPrivateKey,
      keeperKey: () => keys.keeperKey,
      keeperPublicKey: () => keeperPublicKeyOf(keys.keeperKey),
    })),
  });
}
