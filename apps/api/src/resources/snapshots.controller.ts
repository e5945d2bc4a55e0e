import { Controller, Inject, Req, Res } from '@nestjs/common';
import { openSnapshot } from '@etcd-kloset/pipeline';
import { type Principal } from '@etcd-kloset/platform';
import { type Request, type Response } from 'express';
import { type z } from 'zod';
import { ApiError } from '../api-error.ts';
import { type InputOf } from '../contract/route.ts';
import * as routes from '../contract/routes/snapshots.ts';
import { type keysPage, type SnapshotDetail, type SnapshotPage } from '../contract/schemas/snapshot.ts';
import { type Answer, ok } from '../http/answer.ts';
import { Caller, Input, Operation } from '../http/operation.ts';
import { type Parts, PARTS } from '../parts.ts';
import { findSnapshot } from '../snapshots/find-snapshot.ts';
import { keysPageOf } from '../snapshots/keys-page.ts';
import { listSnapshots } from '../snapshots/list-snapshots.ts';
import { readSnapshot } from '../snapshots/read-snapshot.ts';
import { sendSnapshot } from '../snapshots/send-snapshot.ts';

@Controller()
export class SnapshotsController {
  readonly #parts: Parts;

  constructor(@Inject(PARTS) parts: Parts) {
    this.#parts = parts;
  }

  @Operation(routes.listSnapshots)
  async list(
    @Input() { query }: InputOf<typeof routes.listSnapshots>,
    @Caller() caller: Principal,
  ): Promise<Answer<SnapshotPage>> {
    return ok(await listSnapshots(this.#parts, caller, query));
  }

  @Operation(routes.readSnapshot)
  async read(
    @Input() { params, query }: InputOf<typeof routes.readSnapshot>,
    @Caller() caller: Principal,
  ): Promise<Answer<SnapshotDetail>> {
    const found = await findSnapshot(this.#parts, caller, params.snapshot, query.cluster);
    return ok(await readSnapshot(this.#parts.boot, found));
  }

  @Operation(routes.downloadSnapshot)
  async download(
    @Input() { params, query }: InputOf<typeof routes.downloadSnapshot>,
    @Caller() caller: Principal,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const found = await findSnapshot(this.#parts, caller, params.snapshot, query.cluster);
    const free = this.#parts.decrypting.take(tooMany);
    try {
      await sendSnapshot(this.#parts.boot, found, request, response);
    } finally {
      free();
    }
  }

  @Operation(routes.countSnapshotKeys)
  async keys(
    @Input() { params, query }: InputOf<typeof routes.countSnapshotKeys>,
    @Caller() caller: Principal,
  ): Promise<Answer<z.infer<typeof keysPage>>> {
    const { boot, keyCounts, decrypting } = this.#parts;
    const { id, cluster, store } = await findSnapshot(this.#parts, caller, params.snapshot, query.cluster);
    const counts = await keyCounts.of(`${store}/${id}`, async (count) => {
      const free = decrypting.take(tooMany);
      try {
        const opened = await boot.stores.open(store, 'decrypt');
        return await count(await openSnapshot(opened.store, opened.ring, id, cluster));
      } finally {
        free();
      }
    });
    return ok(keysPageOf({ snapshot: id, cluster }, counts, query));
  }
}

function tooMany(): ApiError {
  return new ApiError(
    'download.too-many',
    'As many snapshots are being decrypted as can be at the same time.',
    {
      advice: 'Try again when one of them is done.',
      retryAfterSeconds: 10,
      retryable: true,
    },
  );
}
