/** Why nothing (more) of a file could be imported, in words for the person at the terminal. */
export class ImportError extends Error {
  override name = 'ImportError'
}
