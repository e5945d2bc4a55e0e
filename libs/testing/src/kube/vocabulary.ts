/** Words for names and texts of a cluster that never was. */
export const TEAMS = words(`
  payments ledger catalog search checkout shipping identity billing media reports notify pricing
  stock orders support partners growth fraud maps
`);

export const PARTS = words(`
  api worker gateway frontend scheduler indexer exporter proxy consumer sync cache router mailer
  importer archiver admin webhook renderer resolver broker
`);

export const STAGES = ['prod', 'staging', 'dev', 'qa'];

export const ZONES = ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'];

export const REGISTRY = 'registry.example.net';

export const WORDS = words(`
  timeout retries pool cache queue batch limit window interval buffer primary replica session token
  cursor offset topic partition schema index request response upstream listener handler metric trace
  audit feature tenant connection database customer invoice payment delivery address profile
  currency enabled maximum minimum default fallback strict deadline threshold backoff account agent
  alias anchor archive attempt balance bandwidth banner basket beacon bundle burst button calendar
  campaign capacity carrier category channel checksum circuit claim cluster column command comment
  commit compression concurrency consent consumer contact content context contract counter country
  coupon credit dataset decoder delta device digest discount document domain duration element email
  encoder endpoint entity envelope environment epoch estimate exchange expiry export factor failover
  filter fingerprint flag flow folder forecast format fraction frame gateway geometry grant graph
  guard hash header heartbeat history horizon identity image import inbox incident instance
  inventory isolation journal keyspace label latency layout leader ledger license limiter locale
  location lookup margin market marker member merchant message migration mirror mode monitor
  namespace network node notice object offer operator option order origin outbox output owner
  package page parameter parcel password path pattern payload peer period permission phase pipeline
  policy port prefix price priority processor product project promotion protocol provider proxy
  publisher quality quota quote range rate ratio reader receipt record redirect refund region
  registry release reminder render report reservation resource retention revision reward role
  rollout root route rule sample scale schedule scope score search secret section segment sender
  sequence series server shard shipment signal signature snapshot socket source stage state
  statement status stock storage stream subject subscriber summary supplier switch symbol table
  target task tax template terminal ticket tier timer timezone tolerance total traffic transfer
  transport trigger tunnel unit update upload usage user validator value variant vendor version
  volume voucher wallet warehouse watcher webhook weight widget worker writer zone
`);

/** Where clocks of generated objects start: 2025-03-03T08:00:00Z, in seconds. */
export const EPOCH = 1_740_988_800;

function words(text: string): string[] {
  return text.trim().split(/\s+/);
}
