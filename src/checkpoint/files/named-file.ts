/** A file as it was dropped, chosen or fetched. */
export interface NamedFile {
  /** For messages and to tell which shard is missing; never to tell what a file is. */
  readonly name: string;
  readonly blob: Blob;
}
