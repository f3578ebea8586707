/** Writes one file from its beginning. */
export interface FileWriter {
  /** @throws DOMException `QuotaExceededError` where there is no room */
  write(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Until then the file may be there with a part of its bytes. */
  close(): Promise<void>;
}

/** Goes on with one file; nothing has to be waited for, as what arrives from a network does not wait. */
export interface AppendWriter {
  /** Bytes that are there. */
  readonly size: number;
  /** @throws DOMException `QuotaExceededError` where there is no room */
  append(bytes: Uint8Array<ArrayBuffer>): void;
  /** Takes all bytes away. */
  clear(): void;
  close(): void;
}

/** A place for folders of files, such as a browser's origin private file system. */
export interface ModelStorage {
  folders(): Promise<readonly string[]>;
  /** The files of a folder by their names; none where there is no such folder. */
  files(folder: string): Promise<ReadonlyMap<string, File>>;
  /** Begins a file, in place of one of that name. */
  write(folder: string, name: string): Promise<FileWriter>;
  /** Goes on with a file, or begins it. */
  append(folder: string, name: string): Promise<AppendWriter>;
  /** Removes a file, where it is there. */
  removeFile(folder: string, name: string): Promise<void>;
  /** Removes a folder with all that is in it, where it is there. */
  remove(folder: string): Promise<void>;
  /**
   * Runs work on a folder that no other page may touch meanwhile.
   * @returns undefined, with the work not begun, where another page is at it
   */
  alone<T>(folder: string, work: () => Promise<T>): Promise<T | undefined>;
}
