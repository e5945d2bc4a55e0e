import { z } from 'zod';
import { defineRoute } from '../route.ts';
import { pageQuery } from '../schemas/page.ts';
import { storePage, storeSchema } from '../schemas/store.ts';
import { inStore } from './common.ts';

export const listStores = defineRoute({
  operationId: 'listStores',
  method: 'get',
  path: '/v1/stores',
  tag: 'Stores',
  summary: 'The stores, their health and sizes',
  role: 'viewer',
  query: z.strictObject(pageQuery),
  answers: { 200: { description: 'One page of stores.', schema: storePage } },
  problems: ['redis.unreachable'],
});

export const readStore = defineRoute({
  operationId: 'readStore',
  method: 'get',
  path: '/v1/stores/{store}',
  tag: 'Stores',
  summary: 'One store',
  role: 'viewer',
  params: inStore,
  answers: { 200: { description: 'The store.', schema: storeSchema } },
  problems: ['store.unknown', 'redis.unreachable'],
});
