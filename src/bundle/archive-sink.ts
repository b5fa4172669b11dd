import type { ListedFile } from './file-list.ts'
import type { GzipFile } from './gzip-file.ts'
import type { FileSink } from './read-bundle.ts'
import { headerOf, paddingOf } from './ustar.ts'

/** Writes files into an archive, each as it is read from elsewhere. */
export class ArchiveSink implements FileSink {
  readonly #gzip: GzipFile
  #size = 0

  constructor(gzip: GzipFile) {
    this.#gzip = gzip
  }

  begin(file: ListedFile): Promise<void> {
    this.#size = file.size
    return this.#gzip.write(headerOf(file))
  }

  part(bytes: Buffer): Promise<void> {
    return this.#gzip.write(bytes)
  }

  end(): Promise<void> {
    return this.#gzip.write(Buffer.alloc(paddingOf(this.#size)))
  }
}
