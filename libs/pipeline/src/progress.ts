/** What a long stage tells while it works. Counts only grow within one stage. */
export type Progress =
  | { readonly stage: 'stream'; readonly bytes: number; readonly expected: number | undefined }
  | { readonly stage: 'store'; readonly rows: number; readonly rowsToStore: number; readonly bytes: number }
  | { readonly stage: 'restore'; readonly bytes: number; readonly expected: number }
  | { readonly stage: 'check'; readonly objects: number; readonly bytes: number; readonly expected: number };

export interface Observer {
  readonly progress?: ((progress: Progress) => void) | undefined;
  /** One sentence about what goes on, such as which member is read. */
  readonly note?: ((sentence: string) => void) | undefined;
  readonly warn?: ((sentence: string) => void) | undefined;
}
